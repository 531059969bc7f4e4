# Messages: the tree, and a fresh message of it.
target_sources(formats PRIVATE mail/mail.c mail/tree.c mail/tree_code.c
  mail/tree_head.c mail/tree_union.c mail/head.c mail/plan.c mail/body.c
  mail/files.c mail/report.c mail/write.c mail/write_head.c
  mail/cms.c mail/sender.c mail/wrap.c mail/textfiles.c mail/mbox.c)
