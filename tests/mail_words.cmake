# Tests of formats/mail: words.
sekisho_test(test_mail_words SOURCES unit/test_mail_words.c unit/word_case.c
  LIBS formats findings)
sekisho_test(test_mail_charset SOURCES unit/test_mail_charset.c
  unit/word_case.c LIBS formats findings)
