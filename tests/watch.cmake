# The drop folder.
add_library(die_at_step SHARED integration/die_at_step.c)
set_target_properties(die_at_step PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
# Preloaded into programs of every kind: plain.
target_compile_options(die_at_step PRIVATE -fno-sanitize=all)
target_link_options(die_at_step PRIVATE -fno-sanitize=all)
set(cmd ${CMAKE_SOURCE_DIR}/sanitizer/cmd)
sekisho_test(test_watch SOURCES unit/test_watch.c ${cmd}/watchname.c ${cmd}/watchclass.c
  ${cmd}/watchqueue.c ${cmd}/watchscan.c LIBS core)
target_include_directories(test_watch PRIVATE ${CMAKE_SOURCE_DIR}/tests)
add_test(NAME watch COMMAND ${CMAKE_SOURCE_DIR}/tests/integration/watch.sh)
set_tests_properties(watch PROPERTIES ENVIRONMENT BUILD=${CMAKE_BINARY_DIR}
  TIMEOUT 900)
add_test(NAME watch_crowd COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/watch_crowd.sh)
set_tests_properties(watch_crowd PROPERTIES ENVIRONMENT
  BUILD=${CMAKE_BINARY_DIR} TIMEOUT 600)
add_test(NAME state_folder COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/state_folder.sh)
set_tests_properties(state_folder PROPERTIES ENVIRONMENT
  BUILD=${CMAKE_BINARY_DIR} TIMEOUT 60)
add_test(NAME watch_hostile COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/watch_hostile.sh)
set_tests_properties(watch_hostile PROPERTIES ENVIRONMENT
  BUILD=${CMAKE_BINARY_DIR} TIMEOUT 600)
add_test(NAME watch_owner COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/watch_owner.sh)
set_tests_properties(watch_owner PROPERTIES ENVIRONMENT
  BUILD=${CMAKE_BINARY_DIR} SKIP_RETURN_CODE 77)
