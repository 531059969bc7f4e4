# Records: policy, audit, parcels, spool, quarantine.
sekisho_test(test_policy SOURCES unit/test_policy.c LIBS core)
sekisho_test(test_audit SOURCES unit/test_audit.c LIBS core)
target_include_directories(test_audit PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_parcel SOURCES unit/test_parcel.c LIBS core)
target_include_directories(test_parcel PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sekisho_test(test_quarantine SOURCES unit/test_quarantine.c LIBS quarantine)
target_include_directories(test_quarantine PRIVATE ${CMAKE_SOURCE_DIR}/tests)
