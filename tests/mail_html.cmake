# Tests of formats/mail: html.
add_executable(html_show unit/html_show.c unit/html_case.c)
target_link_libraries(html_show PRIVATE formats findings)
sekisho_fuzz(html SEEDS samples/benign/html samples/planted/html)
sekisho_test(test_html SOURCES unit/test_html.c unit/html_case.c
  LIBS formats findings)
sekisho_test(test_html_mutate SOURCES unit/test_html_mutate.c
  fuzz/fuzz_html.c LIBS fuzz_common)
add_test(NAME html_check COMMAND ${CMAKE_SOURCE_DIR}/tests/integration/html.sh)
set_tests_properties(html_check PROPERTIES ENVIRONMENT
  BUILD=${CMAKE_BINARY_DIR})
