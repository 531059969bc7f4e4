# HTML to text, and to HTML in which nothing acts.
pkg_check_modules(GUMBO REQUIRED IMPORTED_TARGET gumbo)
target_sources(formats PRIVATE html/html.c html/html_attr.c html/html_chars.c html/html_clean.c html/html_colour.c html/html_css.c
  html/html_grid.c
  html/html_judge.c html/html_link.c html/html_look.c html/html_pen.c html/html_picture.c html/html_sheet.c
  html/html_table.c html/html_text.c html/html_tree.c)
target_link_libraries(formats PRIVATE PkgConfig::GUMBO)
