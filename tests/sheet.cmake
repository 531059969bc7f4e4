# Spreadsheets: formulas, addresses, workbooks.
sekisho_test(test_formula SOURCES unit/test_formula.c LIBS formats)
sekisho_test(test_url_table SOURCES unit/test_url_table.c LIBS formats)
