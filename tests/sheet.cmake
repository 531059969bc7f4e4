# Spreadsheets: formulas, addresses, workbooks.
sekisho_test(test_formula SOURCES unit/test_formula.c LIBS formats)
sekisho_test(test_url_table SOURCES unit/test_url_table.c LIBS formats)
sekisho_test(test_ooxml_sheet SOURCES unit/test_ooxml_sheet.c LIBS opc_pack)
sekisho_fuzz(formula SEEDS tests/unit/test_formula.c)
sekisho_fuzz(url SEEDS tests/unit/test_url_table.c)
sekisho_fuzz(xlsx SEEDS samples/benign/xlsx samples/planted/xlsx)
foreach(t fuzz_xlsx replay_xlsx)
  if(TARGET ${t})
    target_link_libraries(${t} PRIVATE opc_pack)
  endif()
endforeach()

# The yardstick of tests/bench/bench_ooxml.sh.
add_executable(bench_recompress bench/bench_recompress.c)
target_link_libraries(bench_recompress PRIVATE PkgConfig::ZLIB)
add_executable(bench_rebuild bench/bench_rebuild.c)
target_link_libraries(bench_rebuild PRIVATE formats findings)
