# The console.
add_executable(people_maker unit/people_maker.c)
target_link_libraries(people_maker PRIVATE quarantine)
add_executable(transfer_maker unit/transfer_maker.c)
target_link_libraries(transfer_maker PRIVATE quarantine)
sekisho_test(test_console SOURCES unit/test_console.c LIBS console)
add_test(NAME console COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/console.sh)
set_tests_properties(console PROPERTIES SKIP_RETURN_CODE 77
  ENVIRONMENT BUILD=${CMAKE_BINARY_DIR})
add_test(NAME browser COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/browser.sh)
set_tests_properties(browser PROPERTIES SKIP_RETURN_CODE 77
  ENVIRONMENT BUILD=${CMAKE_BINARY_DIR})
add_test(NAME console_people COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/console_people.sh)
set_tests_properties(console_people PROPERTIES SKIP_RETURN_CODE 77
  ENVIRONMENT "BUILD=${CMAKE_BINARY_DIR}" TIMEOUT 600)
add_test(NAME browser_people COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/browser_people.sh)
set_tests_properties(browser_people PROPERTIES SKIP_RETURN_CODE 77
  ENVIRONMENT "BUILD=${CMAKE_BINARY_DIR}" TIMEOUT 600)
add_test(NAME console_tls COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/console_tls.sh)
set_tests_properties(console_tls PROPERTIES SKIP_RETURN_CODE 77
  ENVIRONMENT "BUILD=${CMAKE_BINARY_DIR}" TIMEOUT 300)
