# Archives.
sekisho_test(test_zipx SOURCES unit/test_zipx.c LIBS formats)
sekisho_fuzz(zip SEEDS samples/benign/zip samples/planted/zip)
sekisho_test(test_zip SOURCES unit/test_zip.c LIBS formats)
sekisho_test(test_safename SOURCES unit/test_safename.c LIBS formats)
