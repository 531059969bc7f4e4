# Tests of formats/mail: outlook.
add_executable(outlook_show unit/outlook_show.c unit/outlook_case.c
  unit/pdf_case.c)
target_link_libraries(outlook_show PRIVATE formats findings)
sekisho_test(test_outlook SOURCES unit/test_outlook.c unit/outlook_case.c
  unit/pdf_case.c LIBS formats findings)
sekisho_fuzz(msg SEEDS samples/benign/msg samples/planted/msg)
sekisho_fuzz(tnef SEEDS samples/benign/tnef samples/planted/tnef)
sekisho_fuzz(uu SEEDS samples/benign/uu samples/planted/uu)
