# Calendars and address cards.
target_sources(formats PRIVATE pim/pimcharset.c pim/pimread.c pim/pimout.c
  pim/ical.c pim/icalprop.c pim/icalvalue.c pim/vcard.c pim/vcardprop.c
  pim/vcardpic.c)
