/* Every field that an entry of the database may have: its type, range and unit, by dotted path. One table that the
 * check of a file and the printing of an entry share. It knows no value. */
#ifndef LT_HARDWARE_FIELDS_H
#define LT_HARDWARE_FIELDS_H

#include "core/hardware/store.h"

enum lt_hw_type {
    LT_HW_TEXT,
    LT_HW_WHOLE, /* a number without a fraction */
    LT_HW_NUMBER,
    LT_HW_NUMBERS, /* a number or a list of numbers */
    LT_HW_BOOL,
    LT_HW_TEXTS,  /* a list of texts */
    LT_HW_POINTS, /* a list of [number, number] */
    LT_HW_REF,    /* the id of an entry of section `ref` */
};

struct lt_hw_field {
    const char *path; /* memory.bandwidth_gbps; one that ends in `.*` stands for all keys of a map */
    enum lt_hw_type type;
    double low, high; /* of numbers, inclusive */
    const char *unit; /* as printed behind a value; "" where there is none; bytes and MHz are scaled for reading */
    enum lt_section ref;
    uint32_t sections; /* bit per section that has the field */
};

extern const struct lt_hw_field lt_hw_fields[];
extern const int lt_hw_field_count;

/* The field of a section at a path; NULL where there is none. */
const struct lt_hw_field *lt_hw_field_find(enum lt_section section, const char *path);

#endif
