# Pictures made of rows: bitmaps, icons.
target_sources(formats PRIVATE raster/dib.c raster/dib_head.c raster/dib_rle.c
  raster/bmp.c raster/pngout.c)
