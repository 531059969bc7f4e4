# Outlook messages, TNEF, uuencode.
target_sources(formats PRIVATE cfbx.c mail/mapi.c mail/mapihead.c
  mail/mapimail.c mail/msg.c mail/tnef.c mail/tnefprops.c mail/tnefpack.c mail/lzfu.c
  mail/rtf.c mail/uu.c mail/uufile.c mail/outlook.c)
