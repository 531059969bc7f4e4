# Messages: the tree, and a fresh message of it.
target_sources(formats PRIVATE mail/mail.c mail/tree.c mail/tree_code.c
  mail/tree_head.c mail/tree_union.c mail/head.c mail/plan.c mail/body.c
  mail/files.c mail/report.c mail/write.c mail/write_head.c)
if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/mail/words.c)
  target_sources(formats PRIVATE mail/words_min.c)
endif()
