# Pictures through decoders of their own: TIFF, JPEG 2000, HEIF.
target_sources(formats PRIVATE raster/tiff.c raster/tiff_walk.c
  raster/tiff_rest.c raster/tiff_tags.c raster/tiff_page.c raster/tiff_unpack.c
  raster/tiff_read.c raster/tiff_jpeg.c raster/tiff_pack.c
  raster/tiff_write.c raster/jpeg2000.c
  raster/heif.c raster/heif_walk.c raster/heif_plugin.c raster/rowsout.c
  raster/heif_box.c raster/heif_unci.c raster/heif_bytes.c raster/heif_samples.c)
pkg_check_modules(HEIF REQUIRED IMPORTED_TARGET libheif libde265 dav1d)
target_link_libraries(formats PRIVATE PkgConfig::HEIF)
