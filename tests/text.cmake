# Text and CSV.
sekisho_fuzz(text SEEDS samples/benign/text samples/planted/text)
sekisho_fuzz(csv SEEDS samples/benign/csv samples/planted/csv)
sekisho_test(test_charset SOURCES unit/test_charset.c LIBS formats)
sekisho_test(test_text SOURCES unit/test_text.c LIBS formats findings)
sekisho_test(test_csv SOURCES unit/test_csv.c LIBS formats findings)
