# Running the gateway: the files of the audit log, events, figures for the
# monitor, copies, originals.
sekisho_test(test_auditrotate SOURCES unit/test_auditrotate.c LIBS core)
target_include_directories(test_auditrotate PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_import SOURCES unit/test_import.c LIBS quarantine)
target_include_directories(test_import PRIVATE ${CMAKE_SOURCE_DIR}/tests)
add_executable(crash_ops unit/crash_ops.c unit/crash.c)
target_link_libraries(crash_ops PRIVATE quarantine)
target_include_directories(crash_ops PRIVATE ${CMAKE_SOURCE_DIR}/tests)
add_test(NAME crash_ops COMMAND crash_ops)
sekisho_test(test_event SOURCES unit/test_event.c LIBS core)
target_include_directories(test_event PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_retention SOURCES unit/test_retention.c LIBS quarantine)
target_include_directories(test_retention PRIVATE ${CMAKE_SOURCE_DIR}/tests)
