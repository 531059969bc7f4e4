# Tests of formats/mail: words.
sekisho_test(test_mail_words SOURCES unit/test_mail_words.c unit/word_case.c
  LIBS formats findings)
sekisho_test(test_mail_charset SOURCES unit/test_mail_charset.c
  unit/word_case.c LIBS formats findings)
sekisho_fuzz(mail_words SEEDS tests/fuzz/seeds/mail_words)
foreach(t fuzz_mail_words replay_mail_words)
  if(TARGET ${t})
    target_sources(${t} PRIVATE unit/word_case.c)
    target_include_directories(${t} PRIVATE unit)
  endif()
endforeach()
add_test(NAME mail_charsets COMMAND
  ${CMAKE_SOURCE_DIR}/tests/corpus/mail_charsets.py ${CMAKE_BINARY_DIR})
