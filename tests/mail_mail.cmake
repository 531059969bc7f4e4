# Tests of formats/mail: mail.
add_test(NAME mail_cases COMMAND /usr/bin/python3
  ${CMAKE_SOURCE_DIR}/tests/corpus/mail_cases.py ${CMAKE_BINARY_DIR})
sekisho_fuzz(mail SEEDS samples/benign/mail samples/planted/mail)
sekisho_test(test_mail SOURCES unit/test_mail.c unit/picture_checks.c
  fuzz/fuzz_mail.c LIBS fuzz_common)
# Other readers of what was written.
pkg_check_modules(TEST_GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
add_executable(gmime_read unit/gmime_read.c)
target_link_libraries(gmime_read PRIVATE PkgConfig::TEST_GMIME)
add_test(NAME mail_readers COMMAND /usr/bin/python3
  ${CMAKE_SOURCE_DIR}/tests/corpus/mail_readers.py ${CMAKE_BINARY_DIR}
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(mail_readers PROPERTIES TIMEOUT 1800)
