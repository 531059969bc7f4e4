# People: rules, accounts, transfers, requests.
# Transfers, requests and decisions.
sekisho_test(test_transfer SOURCES unit/test_transfer.c LIBS quarantine)
target_include_directories(test_transfer PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_approve SOURCES unit/test_approve.c LIBS quarantine)
target_include_directories(test_approve PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_people SOURCES unit/test_people.c LIBS quarantine)
target_include_directories(test_people PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_rules SOURCES unit/test_rules.c LIBS core formats)
target_include_directories(test_rules PRIVATE ${CMAKE_SOURCE_DIR}/tests)
add_executable(rules_texts unit/rules_texts.c)
target_link_libraries(rules_texts PRIVATE core)
add_test(NAME lint_rules COMMAND ${CMAKE_SOURCE_DIR}/tests/lint/rules.sh
  ${CMAKE_BINARY_DIR}/bin)
foreach(t test_account test_accountimport)
  sekisho_test(${t} SOURCES unit/${t}.c LIBS quarantine)
  target_include_directories(${t} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
endforeach()
