# Records: policy, audit, parcels, spool, quarantine.
sekisho_test(test_policy SOURCES unit/test_policy.c LIBS core)
