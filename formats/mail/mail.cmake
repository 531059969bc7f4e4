# Messages: the tree, and a fresh message of it.
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
target_sources(formats PRIVATE mail/mail.c mail/tree.c mail/tree_code.c
  mail/tree_head.c mail/tree_gmime.c
  mail/tree_union.c mail/head.c mail/plan.c mail/body.c mail/differ.c
  mail/files.c mail/filecode.c mail/report.c mail/secrets.c mail/followup.c
  mail/write.c mail/write_head.c
  mail/cms.c mail/sender.c mail/wrap.c mail/textfiles.c mail/mbox.c)
target_link_libraries(formats PRIVATE PkgConfig::GMIME)
