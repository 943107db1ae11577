/* The built-in terminal description, for a TERM that the system does not know or a system without terminfo. Compiled
 * from tui/fallback.ti by `tic -o DIR tui/fallback.ti; base64 DIR/x/xterm-256color`; a test holds the two together. */
#ifndef TUI_FALLBACK_H
#define TUI_FALLBACK_H

#define FALLBACK_TYPE "xterm-256color"

/* A value for the variable TERMINFO: ncurses takes a description in base64 after "b64:". */
#define FALLBACK_TERMINFO                                                                                              \
    "b64:"                                                                                                             \
    "GgE6AA8ADwBpARgCeHRlcm0tMjU2Y29sb3J8d2hhdCBhbGwgdGVybWluYWxzIGluIHVzZSB0b2RheSB1bmRlcnN0YW5kAAABAAAB"             \
    "AAAAAQAAAAABAQBQAAgAGAD//////////////////////////wAB/3///wAAAgAEAP//FQAdACEAJQD//zAAQQBDAEcATgD//1AA"             \
    "VwD//1sA//9fAGMA//////////9nAGwA//91AP///////3oAfwCEAIkA//+SAJYA/////58ApQD/////////////////////qwD/"             \
    "/68A////////sQD//7YA/////////////////////////////////////7oAvgD//8MA///HAMwA0QD////////VANkA4QD/////"             \
    "///////////////////////////////////pAPIA+wAEAf//DQEWAR8B//8oAf////////////////////////////8xATQBPwFC"             \
    "AUQBRwH/////fQH//////////////////////////////////38B////////////////////////////////////////gwH/////"             \
    "////////////////////////////////////////////////////////////////////////////////////////////////////"             \
    "////////////////////////////////////////////////////////////////////////////////////////////////////"             \
    "////////////////////////////////////////////////////////////////////////hwH/////////////////////////"             \
    "//////////////////////////////////////////////+MAf//////////////////////////////////////////////////"             \
    "////////////////////////////////////////////////////////////////////////////////////////////////////"             \
    "/5UB////////mQHYAQcADQAbWyVpJXAxJWQ7JXAyJWRyABtbSBtbMkoAG1tLABtbSgAbWyVpJXAxJWRHABtbJWklcDElZDslcDIl"             \
    "ZEgACgAbW0gAG1s/MjVsAAgAG1s/MjVoABtbQwAbW0EAG1tQABtbTQAbWzFtABtbPzEwNDloABtbMm0AG1s3bQAbWzdtABtbNG0A"             \
    "G1slcDElZFgAG1ttABtbPzEwNDlsABtbMjdtABtbMjRtABtbTAB/ABtbM34AG09CABtPSAAbWzJ+ABtPRAAbWzZ+ABtbNX4AG09D"             \
    "ABtPQQAbWz8xbBs+ABtbPzFoGz0AG1slcDElZFAAG1slcDElZE0AG1slcDElZEIAG1slcDElZEAAG1slcDElZEwAG1slcDElZEQA"             \
    "G1slcDElZEMAG1slcDElZEEAGzgAG1slaSVwMSVkZAAbNwAKABtNABtbMCU/JXA1JXQ7MiU7JT8lcDYldDsxJTslPyVwMiV0OzQl"             \
    "OyU/JXAxJXAzJXwldDs3JTttAAkAG1taABtPRgAbWzFLABtbMzk7NDltABtbPAAbWyU/JXAxJXs4fSU8JXQzJXAxJWQlZSVwMSV7"             \
    "MTZ9JTwldDklcDElezh9JS0lZCVlMzg7NTslcDElZCU7bQAbWyU/JXAxJXs4fSU8JXQ0JXAxJWQlZSVwMSV7MTZ9JTwldDEwJXAx"             \
    "JXs4fSUtJWQlZTQ4OzU7JXAxJWQlO20A"

#endif
