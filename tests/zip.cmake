# Archives.
sekisho_test(test_zipx SOURCES unit/test_zipx.c LIBS formats)
sekisho_fuzz(zip SEEDS samples/benign/zip samples/planted/zip)
sekisho_test(test_zip SOURCES unit/test_zip.c LIBS formats)
sekisho_test(test_url SOURCES unit/test_url.c LIBS formats)
sekisho_test(test_safename SOURCES unit/test_safename.c LIBS formats)
add_test(NAME zip_corpus COMMAND
  ${CMAKE_SOURCE_DIR}/tests/corpus/zip_corpus.sh ${CMAKE_BINARY_DIR})
set_tests_properties(zip_corpus PROPERTIES SKIP_RETURN_CODE 77)
sekisho_test(test_zip_cage SOURCES unit/test_zip_cage.c LIBS pipeline)
target_compile_definitions(test_zip_cage PRIVATE
  SEKISHO_WORKER="$<TARGET_FILE:sekisho-worker>")
add_dependencies(test_zip_cage sekisho-worker)
