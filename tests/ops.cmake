# Running the gateway: the files of the audit log, events, figures for the
# monitor, copies, originals.
sekisho_test(test_auditrotate SOURCES unit/test_auditrotate.c LIBS core)
target_include_directories(test_auditrotate PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_import SOURCES unit/test_import.c LIBS quarantine)
target_include_directories(test_import PRIVATE ${CMAKE_SOURCE_DIR}/tests)
