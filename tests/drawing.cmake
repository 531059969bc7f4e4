# Drawings of Windows.
sekisho_fuzz(emf SEEDS samples/benign/emf samples/planted/emf
  tests/fuzz/seeds/emf)
sekisho_fuzz(wmf SEEDS samples/benign/wmf samples/planted/wmf)

sekisho_test(test_metafile SOURCES unit/test_metafile.c unit/picture_checks.c
  LIBS fuzz_common)
