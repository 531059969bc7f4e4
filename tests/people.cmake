# People: rules, accounts, transfers, requests.
sekisho_test(test_people SOURCES unit/test_people.c LIBS quarantine)
target_include_directories(test_people PRIVATE ${CMAKE_SOURCE_DIR}/tests)
