# Pictures made of rows: bitmaps, icons, GIF; rows to PNG.
find_package(GIF 5 REQUIRED)
target_sources(formats PRIVATE raster/dib.c raster/dib_head.c raster/dib_rle.c
  raster/bmp.c raster/gif.c raster/gif_walk.c raster/ico.c raster/pngout.c)
target_link_libraries(formats PRIVATE GIF::GIF)
