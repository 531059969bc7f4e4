/*
 * Names and times of records.
 */
#ifndef PIPELINE_STAMP_H
#define PIPELINE_STAMP_H

#include "core/record.h"

/*
 * The time now, UTC with milliseconds (RFC 3339), and an id made of it and
 * of 80 random bits: 26 characters of Crockford's base 32 that sort by time.
 */
void stamp(char id[RECORD_ID_BYTES], char time[RECORD_TIME_BYTES]);

#endif
