# SVG and SVGZ.
target_sources(formats PRIVATE drawing/svg.c drawing/svgz.c
  drawing/svg_prolog.c drawing/svg_read.c drawing/svg_attr.c drawing/svg_tree.c
  drawing/svg_value.c drawing/svg_colour.c drawing/svg_path.c drawing/svg_font.c drawing/svg_css.c
  drawing/svg_sheet.c drawing/svg_href.c drawing/svg_refs.c
  drawing/svg_write.c)
