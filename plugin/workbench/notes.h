/* notes.h
 * tshark -z cjt188,notes[,mask]: a Markdown page of what a capture teaches about the protocol.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_NOTES_H
#define CJT188_NOTES_H

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_notes_register(void);

#endif
