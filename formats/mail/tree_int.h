/* Shared by tree*.c: the comparison of readings. */
#ifndef FORMATS_MAIL_TREE_INT_H
#define FORMATS_MAIL_TREE_INT_H

#include "formats/mail/mail_int.h"

#endif
