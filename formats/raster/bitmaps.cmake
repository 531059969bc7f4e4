# Pictures made of rows: bitmaps, icons, GIF, WebP; rows to PNG.
find_package(GIF 5 REQUIRED)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
target_sources(formats PRIVATE raster/dib.c raster/dib_head.c raster/dib_rle.c
  raster/bmp.c raster/gif.c raster/gif_walk.c raster/ico.c raster/pngout.c
  raster/psd.c
  raster/boolcode.c raster/vp8.c raster/webp.c raster/webp_frame.c
  raster/webp_walk.c)
target_link_libraries(formats PRIVATE GIF::GIF PkgConfig::WEBP)
