# Tests of formats/mail: mail.
add_test(NAME mail_cases COMMAND /usr/bin/python3
  ${CMAKE_SOURCE_DIR}/tests/corpus/mail_cases.py ${CMAKE_BINARY_DIR})
