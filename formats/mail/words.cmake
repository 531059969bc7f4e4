# Headers, names and texts of any charset.
target_sources(formats PRIVATE mail/words.c mail/words_addr.c mail/words_date.c
  mail/words_decode.c mail/words_head.c mail/words_idn.c mail/words_jis.c mail/words_judge.c
  mail/words_label.c mail/words_param.c mail/words_spec.c
  mail/words_table.c mail/words_utf7.c)
