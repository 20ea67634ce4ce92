/* cjt188-codes.h
 * The codes of CJ/T 188 and their names, as lists: a row is a code and what is said of it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each list is a macro that calls X once a row, so that a program makes of it what it needs: an
 * enumeration, a value_string, a table of its own. All codes are hexadecimal as in the documents.
 */
#ifndef CJT188_CODES_H
#define CJT188_CODES_H

/* Bits of the control code C (CJ/T 188-2004). */
enum {
    CJT188_CONTROL_REPLY = 0x80,
    CJT188_CONTROL_ERROR = 0x40,
    CJT188_CONTROL_FUNCTION = 0x3F,
};

/* X(code, name): T, meter type. 10-40 from CJ/T 188-2004; 22 as heat and cooling from CJ/T 188-2018; 23, 25-27
 * from Tiangang QB/T 010-2008 and Delu; 48-51 from Maituo; 55 from Xiao. */
#define CJT188_METER_TYPES(X)                                          \
    X(0x10, "cold water")                                              \
    X(0x11, "hot water")                                               \
    X(0x12, "drinking water")                                          \
    X(0x13, "reclaimed water")                                         \
    X(0x20, "heat")                                                    \
    X(0x21, "cooling; Tiangang, Delu: mechanical heat")                \
    X(0x22, "heat and cooling; Tiangang, Delu: mechanical cooling")    \
    X(0x23, "mechanical heat and cooling (Tiangang, Delu)")            \
    X(0x25, "ultrasonic heat (Tiangang, Delu)")                        \
    X(0x26, "ultrasonic cooling (Tiangang, Delu)")                     \
    X(0x27, "ultrasonic heat and cooling (Tiangang, Delu)")            \
    X(0x30, "gas")                                                     \
    X(0x40, "electricity")                                             \
    X(0x48, "concentrator (Maituo)")                                   \
    X(0x49, "on/off valve controller (Maituo)")                        \
    X(0x50, "smart valve (Maituo)")                                    \
    X(0x51, "heat cost allocator (Maituo)")                            \
    X(0x55, "maker's own (Xiao)")                                          \
    X(0xAA, "any meter")                                               \
    X(0xB0, "valve controller")

/* X(code, name, verb of a request, what the sentence says behind it): functions, bits 0-5 of C, of CJ/T 188-2004. Behind the
 * verb: NOTHING where it says all of a known identifier, the IDENTIFIER, or its NAME too. */
#define CJT188_FUNCTIONS(X)                                          \
    X(0x01, "read data", "Read", IDENTIFIER)                         \
    X(0x03, "read address", "Read address", NOTHING)                 \
    X(0x04, "write data", "Write", NAME)                             \
    X(0x09, "read key version", "Read key version", NOTHING)         \
    X(0x15, "write address", "Write address", NOTHING)               \
    X(0x16, "write base value", "Write base value", NOTHING)

/* X(code, families, identifiers, dialect, name, verb, what is said behind it): functions that makers have taken for
 * themselves. Another maker means something else by the same code, so that a name holds only for the meter types, the
 * identifiers and the dialect that its maker's documents give it; the first row that holds is taken. Elsewhere such a code has
 * no name. Identifiers: ONE_DI(x), DI_FROM_TO(x, y), ANY_DI (or none at all), NO_DI. A REPORT is no request: the meter itself
 * speaks, unasked, with the reply bit clear. */
#define CJT188_MAKERS_FUNCTIONS(X)                                                                                        \
    X(0x11, ANY, ONE_DI(0x901F), ANY, "read parameters (Maituo)", "Read parameters", NOTHING)                             \
    X(0x1A, ANY, DI_FROM_TO(0x9A1F, 0x9AAF), ANY, "show a page of the display (Maituo)", "Show display page", IDENTIFIER) \
    X(0x20, ANY, ANY_DI, LICHUANG, "write (Lichuang)", "Write", NAME)                                                     \
    X(0x21, ANY, ANY_DI, LICHUANG, "read (Lichuang)", "Read", NAME)                                                       \
    X(0x21, WATER, ONE_DI(0x901F), ANY, "read (one water maker)", "Read", NAME)                                           \
    X(0x21, GAS, ONE_DI(0xC001), ANY, "report of the meter's own (one gas maker)", "Report", REPORT)                      \
    X(0x22, GAS, ANY_DI, ANY, "radio scan (gas)", "Radio scan", IDENTIFIER)                                               \
    X(0x24, HEAT, ONE_DI(0xA00E), ANY, "clear verification counters (Delu)", "Clear verification counters", IDENTIFIER)   \
    X(0x24, WATER, ONE_DI(0xA017), ANY, "write general data (one water maker)", "Write general data", NAME)               \
    X(0x24, WATER, ONE_DI(0xA171), ANY, "write general data (one water maker)", "Write general data", NAME)               \
    X(0x24, WATER, ONE_DI(0xA180), ANY, "write general data (one water maker)", "Write general data", NAME)               \
    X(0x24, WATER, ONE_DI(0xA184), ANY, "write general data (one water maker)", "Write general data", NAME)               \
    X(0x2A, WATER, ONE_DI(0xA017), ANY, "write (one water maker)", "Write", NAME)                                         \
    X(0x33, HEAT, NO_DI, ANY, "enter verification mode (Delu, Hiwits)", "Enter verification mode", NOTHING)               \
    X(0x36, HEAT, ONE_DI(0xA019), ANY, "write flow coefficients", "Write flow coefficients", IDENTIFIER)                  \
    X(0x37, HEAT, ANY_DI, ANY, "write temperature coefficients", "Write temperature coefficients", IDENTIFIER)            \
    X(0x38, HEAT, ANY_DI, ANY, "write temperature coefficients", "Write temperature coefficients", IDENTIFIER)            \
    X(0x39, HEAT, ONE_DI(0xA018), ANY, "set meter number and clock", "Set meter number and clock", NOTHING)               \
    X(0x3A, ANY, ANY_DI, HUIZHONG, "verification (Huizhong)", "Verification", IDENTIFIER)                                 \
    X(0x3A, ANY, ANY_DI, MAITUO, "verification (Maituo)", "Verification", IDENTIFIER)                                     \
    X(0x3B, ANY, ANY_DI, HUIZHONG, "verification (Huizhong)", "Verification", IDENTIFIER)                                 \
    X(0x3E, ANY, DI_FROM_TO(0x9A1F, 0x9AAF), ANY, "show a page of the display (Maituo)", "Show display page", IDENTIFIER) \
    X(0x3E, ANY, ONE_DI(0x901F), ANY, "show a page of the display (Maituo)", "Show display page", IDENTIFIER)

/* X(first, last, function or 0 for any, name): data identifiers, written as the documents do, 901F. Where the
 * function is given the identifier counts as known with that function only. */
#define CJT188_IDENTIFIERS(X)                                                    \
    X(0x901F, 0x901F, 0, "metering data")                                        \
    X(0x902F, 0x902F, 0, "metering data (Maituo, Yuanda)")                       \
    X(0x900D, 0x900E, 0, "high-precision reading (Hiwits)")                      \
    X(0x903F, 0x903F, 0, "high-precision reading")                               \
    X(0x904F, 0x904F, 0, "return temperature (2018, one source)")                \
    X(0x905F, 0x905F, 0, "supply temperature (2018, one source)")                \
    X(0x906F, 0x906F, 0, "operating hours (2018, one source)")                   \
    X(0x907F, 0x907F, 0, "clock (2018, one source)")                             \
    X(0xD120, 0xD12B, 0, "settlement value of a past month")                     \
    X(0xD131, 0xD131, 0, "history (maker's own)")                                \
    X(0xD134, 0xD152, 0, "history (maker's own)")                                \
    X(0xD200, 0xD2FF, 0x01, "history (2018, one source)")                        \
    X(0xD300, 0xD4FF, 0x01, "freeze (2018, one source)")                         \
    X(0x8102, 0x8102, 0, "prices")                                               \
    X(0x8103, 0x8103, 0, "settlement day")                                       \
    X(0x8104, 0x8104, 0, "reading day")                                          \
    X(0x8105, 0x8105, 0, "purchase")                                             \
    X(0x8106, 0x8106, 0, "key version")                                          \
    X(0x810A, 0x810A, 0, "address")                                              \
    X(0xA00E, 0xA00E, 0, "verification counters")                                \
    X(0xA010, 0xA010, 0, "prices")                                               \
    X(0xA011, 0xA011, 0, "settlement day")                                       \
    X(0xA012, 0xA012, 0, "reading day")                                          \
    X(0xA013, 0xA013, 0, "purchase")                                             \
    X(0xA014, 0xA014, 0, "key")                                                  \
    X(0xA015, 0xA015, 0, "clock")                                                \
    X(0xA016, 0xA016, 0, "base value")                                           \
    X(0xA017, 0xA017, 0, "valve")                                                \
    X(0xA018, 0xA018, 0, "address")                                              \
    X(0xA019, 0xA019, 0, "factory enable")                                       \
    X(0xA117, 0xA117, 0, "concentrator clock (Maituo)")                          \
    X(0xA021, 0xA021, 0, "parameters (Lichuang)")                                \
    X(0x020A, 0x020A, 0, "parameters (Lichuang)")                                \
    X(0x120A, 0x120A, 0, "parameters (Lichuang)")                                \
    X(0x610A, 0x610A, 0, "high-precision reading (Lichuang)")                    \
    X(0xC001, 0xC001, 0x21, "report of the meter's own (one gas maker)")         \
    X(0xA171, 0xA171, 0x24, "base reading (one water maker)")                    \
    X(0xA180, 0xA180, 0x24, "reporting period (one water maker)")                \
    X(0xA184, 0xA184, 0x24, "server address (one water maker)")                  \
    X(0x19BB, 0x19BB, 0, "M-Bus frame in transit")                               \
    X(0x9A1F, 0x9AAF, 0, "display page (Maituo)")                                \
    X(0x2A43, 0x2A43, 0, "verification (Huizhong)")                              \
    X(0x2A49, 0x2A49, 0, "verification (Huizhong)")                              \
    X(0xB26C, 0xB26D, 0, "verification (Huizhong)")

/* X(code, name, class, power of ten, divisor): units. A value in this unit is a value in kWh, kW, m³ or m³/h after
 * it was multiplied by 10 to that power and divided by the divisor (3.6 where joules become watt hours, else 1).
 * 01-37 from CJ/T 188-2004 (the thread quotes a part of the table), 40-4B from CJ/T 188-2018, one source. */
#define CJT188_UNITS(X)                            \
    X(0x01, "J", ENERGY, -6, 3.6)                  \
    X(0x02, "Wh", ENERGY, -3, 1)                   \
    X(0x03, "Wh×10", ENERGY, -2, 1)                \
    X(0x04, "Wh×100", ENERGY, -1, 1)               \
    X(0x05, "kWh", ENERGY, 0, 1)                   \
    X(0x06, "kWh×10", ENERGY, 1, 1)                \
    X(0x07, "kWh×100", ENERGY, 2, 1)               \
    X(0x08, "MWh", ENERGY, 3, 1)                   \
    X(0x09, "MWh×10", ENERGY, 4, 1)                \
    X(0x0A, "MWh×100", ENERGY, 5, 1)               \
    X(0x0B, "kJ", ENERGY, -3, 3.6)                 \
    X(0x0C, "kJ×10", ENERGY, -2, 3.6)              \
    X(0x0D, "kJ×100", ENERGY, -1, 3.6)             \
    X(0x0E, "MJ", ENERGY, 0, 3.6)                  \
    X(0x0F, "MJ×10", ENERGY, 1, 3.6)               \
    X(0x10, "MJ×100", ENERGY, 2, 3.6)              \
    X(0x11, "GJ", ENERGY, 3, 3.6)                  \
    X(0x12, "GJ×10", ENERGY, 4, 3.6)               \
    X(0x13, "GJ×100", ENERGY, 5, 3.6)              \
    X(0x14, "W", POWER, -3, 1)                     \
    X(0x15, "W×10", POWER, -2, 1)                  \
    X(0x16, "W×100", POWER, -1, 1)                 \
    X(0x17, "kW", POWER, 0, 1)                     \
    X(0x18, "kW×10", POWER, 1, 1)                  \
    X(0x19, "kW×100", POWER, 2, 1)                 \
    X(0x1A, "MW", POWER, 3, 1)                     \
    X(0x1B, "MW×10", POWER, 4, 1)                  \
    X(0x1C, "MW×100", POWER, 5, 1)                 \
    X(0x26, "mL", VOLUME, -6, 1)                   \
    X(0x27, "mL×10", VOLUME, -5, 1)                \
    X(0x28, "mL×100", VOLUME, -4, 1)               \
    X(0x29, "L", VOLUME, -3, 1)                    \
    X(0x2A, "L×10", VOLUME, -2, 1)                 \
    X(0x2B, "L×100", VOLUME, -1, 1)                \
    X(0x2C, "m³", VOLUME, 0, 1)                    \
    X(0x2D, "m³×10", VOLUME, 1, 1)                 \
    X(0x2E, "m³×100", VOLUME, 2, 1)                \
    X(0x2F, "mL/h", FLOW, -6, 1)                   \
    X(0x30, "mL/h×10", FLOW, -5, 1)                \
    X(0x31, "mL/h×100", FLOW, -4, 1)               \
    X(0x32, "L/h", FLOW, -3, 1)                    \
    X(0x33, "L/h×10", FLOW, -2, 1)                 \
    X(0x34, "L/h×100", FLOW, -1, 1)                \
    X(0x35, "m³/h", FLOW, 0, 1)                    \
    X(0x36, "m³/h×10", FLOW, 1, 1)                 \
    X(0x37, "m³/h×100", FLOW, 2, 1)                \
    X(0x40, "J/h", POWER, -6, 3.6)                 \
    X(0x43, "kJ/h", POWER, -3, 3.6)                \
    X(0x44, "kJ/h×10", POWER, -2, 3.6)             \
    X(0x45, "kJ/h×100", POWER, -1, 3.6)            \
    X(0x46, "MJ/h", POWER, 0, 3.6)                 \
    X(0x47, "MJ/h×10", POWER, 1, 3.6)              \
    X(0x48, "MJ/h×100", POWER, 2, 3.6)             \
    X(0x49, "GJ/h", POWER, 3, 3.6)                 \
    X(0x4A, "GJ/h×10", POWER, 4, 3.6)              \
    X(0x4B, "GJ/h×100", POWER, 5, 3.6)

/* X(code, name): nominal diameter (Tiangang QB/T 010-2008; the thread quotes the same table). */
#define CJT188_DIAMETERS(X)   \
    X(0x0001, "DN15")         \
    X(0x0002, "DN20")         \
    X(0x0003, "DN25")         \
    X(0x0004, "DN32")         \
    X(0x0005, "DN40")         \
    X(0x0006, "DN50")         \
    X(0x0007, "DN65")         \
    X(0x0008, "DN80")         \
    X(0x0009, "DN100")        \
    X(0x000A, "DN125")        \
    X(0x000B, "DN150")        \
    X(0x000C, "DN200")        \
    X(0x000D, "DN250")        \
    X(0x000E, "DN300")

/* X(code, name): valve control byte of A017. 55 and 99 from CJ/T 188-2004, the others from makers' code. */
#define CJT188_VALVE_CODES(X)            \
    X(0x00, "status only")               \
    X(0x55, "open")                      \
    X(0x59, "abnormal (Maituo)")         \
    X(0x66, "open, not metered")         \
    X(0x77, "close, not metered")        \
    X(0x99, "close")                     \
    X(0xAA, "maker's own (AA)")

/* X(code, name): the valve's two bits of the status word (CJ/T 188-2004). */
#define CJT188_VALVE_STATES(X) \
    X(0, "open")               \
    X(1, "closed")             \
    X(2, "undefined")          \
    X(3, "abnormal")

#endif
