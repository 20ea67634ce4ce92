/* cjt188-layouts.c
 * The layouts: what stands where in the data of a frame, a row a field.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A layout is found by direction, meter type, function, identifier, length and dialect; the first that fits is taken. A
 * new maker's variant is a few rows here, not code.
 */
#include "cjt188-tables.h"

/* ---- quantities ---- */

static const struct cjt188_quantity q_first_energy = { .name = "First energy", .field = CJT188_F_ENERGY_FIRST,
                                                .class = CJT188_ENERGY, .is_first_energy = true };
static const struct cjt188_quantity q_heating = { .name = "Heating energy", .field = CJT188_F_ENERGY_HEATING,
                                           .class = CJT188_ENERGY, .measurement = CJT188_HEATING, .brief = "heating" };
/* Where a volume is expected: the standard has it of electricity meters, no document of any other. */
static const struct cjt188_quantity q_electric = { .name = "Electric energy", .field = CJT188_F_ENERGY_ELECTRIC,
                                            .class = CJT188_ENERGY, .measurement = CJT188_ELECTRIC, .brief = "energy",
                                            .families = CJT188_FAMILY_ELECTRICITY | CJT188_FAMILY_OTHER };
static const struct cjt188_quantity q_settlement_energy = { .name = "Settlement-day energy",
                                                     .field = CJT188_F_ENERGY_SETTLEMENT, .class = CJT188_ENERGY };
static const struct cjt188_quantity q_power = { .name = "Power", .field = CJT188_F_POWER, .class = CJT188_POWER, .measurement = CJT188_POWER_NOW };
static const struct cjt188_quantity q_flow = { .name = "Flow", .field = CJT188_F_FLOW, .class = CJT188_FLOW, .measurement = CJT188_FLOW_NOW };
static const struct cjt188_quantity q_volume_quiet = { .name = "Volume", .field = CJT188_F_VOLUME, .class = CJT188_VOLUME, .measurement = CJT188_VOLUME_NOW };
static const struct cjt188_quantity q_volume = { .name = "Volume", .field = CJT188_F_VOLUME, .class = CJT188_VOLUME, .measurement = CJT188_VOLUME_NOW,
                                          .brief = "volume", .other = { [CJT188_ENERGY] = &q_electric } };
/* Maituo's water meters put the flow in the second place. */
static const struct cjt188_quantity q_second_volume = { .name = "Settlement-day volume",
                                                 .field = CJT188_F_VOLUME_SETTLEMENT, .class = CJT188_VOLUME,
                                                 .other = { [CJT188_ENERGY] = &q_settlement_energy, [CJT188_FLOW] = &q_flow } };
static const struct cjt188_quantity q_reverse_volume = { .name = "Reverse volume", .field = CJT188_F_VOLUME_REVERSE,
                                                  .class = CJT188_VOLUME };
static const struct cjt188_quantity q_monthly_energy = { .name = "Energy of a past month",
                                                  .field = CJT188_F_ENERGY_MONTHLY, .class = CJT188_ENERGY,
                                                  .brief = "energy" };
static const struct cjt188_quantity q_monthly = { .name = "Volume of a past month", .field = CJT188_F_VOLUME_MONTHLY,
                                           .class = CJT188_VOLUME, .brief = "volume",
                                           .other = { [CJT188_ENERGY] = &q_monthly_energy } };
static const struct cjt188_quantity q_history = { .name = "History value, of which quantity is not documented",
                                           .field = CJT188_F_HISTORY_VALUE, .class = CJT188_PLAIN, .suffix = "" };
/* The same fields of the past, or to be written: no reading of now. */
static const struct cjt188_quantity q_other_electric = { .name = "Electric energy", .field = CJT188_F_ENERGY_ELECTRIC,
                                                  .class = CJT188_ENERGY, .brief = "energy",
                                                  .families = CJT188_FAMILY_ELECTRICITY | CJT188_FAMILY_OTHER };
static const struct cjt188_quantity q_base_heating = { .name = "Heating energy", .field = CJT188_F_ENERGY_HEATING,
                                                .class = CJT188_ENERGY, .brief = "heating" };
static const struct cjt188_quantity q_other_volume = { .name = "Volume", .field = CJT188_F_VOLUME, .class = CJT188_VOLUME,
                                                .brief = "volume", .other = { [CJT188_ENERGY] = &q_other_electric } };
static const struct cjt188_quantity q_frozen_flow = { .name = "Flow", .field = CJT188_F_FLOW, .class = CJT188_FLOW };
static const struct cjt188_quantity q_past_hours = { .name = "Operating hours", .field = CJT188_F_OPERATING_HOURS,
                                              .class = CJT188_HOURS, .suffix = " h" };
static const struct cjt188_quantity q_supply = { .name = "Supply temperature", .field = CJT188_F_TEMPERATURE_SUPPLY,
                                          .class = CJT188_TEMPERATURE, .measurement = CJT188_SUPPLY, .suffix = " °C" };
static const struct cjt188_quantity q_return = { .name = "Return temperature", .field = CJT188_F_TEMPERATURE_RETURN,
                                          .class = CJT188_TEMPERATURE, .measurement = CJT188_RETURN, .suffix = " °C" };
/* Of a freeze; no reading of now. */
static const struct cjt188_quantity q_frozen_temperature = { .name = "Temperature, which one is not documented",
                                                      .field = CJT188_F_TEMPERATURE_SUPPLY, .class = CJT188_TEMPERATURE,
                                                      .suffix = " °C" };
static const struct cjt188_quantity q_unknown_volume = { .name = "Second volume, meaning not documented",
                                                  .field = CJT188_F_VOLUME_SECOND, .class = CJT188_VOLUME };
static const struct cjt188_quantity q_hours = { .name = "Operating hours", .field = CJT188_F_OPERATING_HOURS,
                                         .class = CJT188_HOURS, .measurement = CJT188_HOURS_RUN, .suffix = " h" };
static const struct cjt188_quantity q_alarm = { .name = "Alarm time", .field = CJT188_F_ALARM_TIME, .class = CJT188_PLAIN,
                                         .suffix = " h" };
static const struct cjt188_quantity q_hires_energy = { .name = "High-precision energy", .field = CJT188_F_HIRES_ENERGY,
                                                .class = CJT188_ENERGY, .suffix = " kWh", .brief = "energy" };
static const struct cjt188_quantity q_hires_cooling = { .name = "High-precision cooling energy",
                                                 .field = CJT188_F_HIRES_ENERGY_COOLING, .class = CJT188_ENERGY };
static const struct cjt188_quantity q_hires_volume = { .name = "High-precision volume", .field = CJT188_F_HIRES_VOLUME,
                                                .class = CJT188_VOLUME, .suffix = " m³", .brief = "volume" };
/* The verification counters of 903F are not the totals: not for the info column. */
static const struct cjt188_quantity q_check_energy = { .name = "High-precision energy", .field = CJT188_F_HIRES_ENERGY,
                                                .class = CJT188_ENERGY };
static const struct cjt188_quantity q_check_volume = { .name = "High-precision volume", .field = CJT188_F_HIRES_VOLUME,
                                                .class = CJT188_VOLUME };
static const struct cjt188_quantity q_battery = { .name = "Battery voltage", .field = CJT188_F_BATTERY_VOLTAGE,
                                           .class = CJT188_PLAIN, .suffix = " V" };
static const struct cjt188_quantity q_pressure = { .name = "Pressure", .field = CJT188_F_PRESSURE, .class = CJT188_PLAIN };
static const struct cjt188_quantity q_price_1 = { .name = "Price 1", .field = CJT188_F_PRICE_1, .class = CJT188_PLAIN };
static const struct cjt188_quantity q_price_2 = { .name = "Price 2", .field = CJT188_F_PRICE_2, .class = CJT188_PLAIN };
static const struct cjt188_quantity q_price_3 = { .name = "Price 3", .field = CJT188_F_PRICE_3, .class = CJT188_PLAIN };
static const struct cjt188_quantity q_amount_1 = { .name = "Amount up to which price 1 holds",
                                            .field = CJT188_F_PRICE_VOLUME_1, .class = CJT188_PLAIN };
static const struct cjt188_quantity q_amount_2 = { .name = "Amount up to which price 2 holds",
                                            .field = CJT188_F_PRICE_VOLUME_2, .class = CJT188_PLAIN };
static const struct cjt188_quantity q_purchase = { .name = "This purchase", .field = CJT188_F_PURCHASE_AMOUNT,
                                            .class = CJT188_PLAIN, .brief = "purchase" };
static const struct cjt188_quantity q_purchased = { .name = "Total purchased", .field = CJT188_F_PURCHASE_TOTAL,
                                             .class = CJT188_PLAIN };
static const struct cjt188_quantity q_remaining = { .name = "Remaining", .field = CJT188_F_PURCHASE_REMAINING,
                                             .class = CJT188_PLAIN, .brief = "remaining" };

/* ---- rows ---- */

#define STANDARD "CJ/T 188-2004"
#define TIANGANG "Tiangang QB/T 010-2008"
#define ALARM "hours in the thread, seconds in makers' documents"
#define ONE_SOURCE "CJ/T 188-2018, one source"

/* A quantity of 901F: digits and unit byte, decimal places as the dialect says. */
#define QUANTITY(q) \
    { .kind = CJT188_K_QUANTITY, .width = 5, .quantity = &(q), .places = CJT188_PLACES_DIALECT, .unit = CJT188_UNIT_AS_FRAME }
/* Digits and a unit byte behind them, decimal places fixed by the document named. */
#define FIXED(q, bytes, decimals, document)                                                                       \
    { .kind = CJT188_K_QUANTITY, .width = bytes, .quantity = &(q), .places = decimals, .unit = CJT188_UNIT_BEHIND, \
      .source = document }
/* The same, but decimal places as the dialect says: what 901F has, too, has as many here. */
#define BY_DIALECT(q, bytes) \
    { .kind = CJT188_K_QUANTITY, .width = bytes, .quantity = &(q), .places = CJT188_PLACES_DIALECT, .unit = CJT188_UNIT_BEHIND }
/* Digits without a unit byte; code is the unit meant. */
#define IMPLIED(q, bytes, decimals, code, document) \
    { .kind = CJT188_K_QUANTITY, .width = bytes, .quantity = &(q), .places = decimals, .unit = code, .source = document }
/* Digits that no unit code fits: temperatures, money, hours. */
#define NUMBER(q, bytes, decimals, document) IMPLIED(q, bytes, decimals, CJT188_UNIT_NONE, document)
#define HOURS_ROW(q, bytes) \
    { .kind = CJT188_K_QUANTITY, .width = bytes, .quantity = &(q), .places = CJT188_PLACES_DIALECT, .unit = CJT188_UNIT_NONE }
#define CLOCK { .kind = CJT188_K_CLOCK, .width = 7, .field = CJT188_F_CLOCK }
#define DATE { .kind = CJT188_K_DATE, .width = 4, .field = CJT188_F_DATE }
/* A time that is what the frame is about: the sentence says it. */
#define MAIN_TIME(id) { .kind = CJT188_K_CLOCK, .width = 7, .field = CJT188_F_##id, .brief = "" }
#define MONTH(bytes) { .kind = CJT188_K_MONTH, .width = bytes, .field = CJT188_F_MONTH, .brief = "month" }
#define DAY { .kind = CJT188_K_DAY, .width = 1, .field = CJT188_F_DAY, .brief = "day" }
#define STATUS { .kind = CJT188_K_STATUS, .width = 2, .field = CJT188_F_STATUS }
#define STATUS_CODE { .kind = CJT188_K_STATUS_CODE, .width = 1, .field = CJT188_F_STATUS_CODE }
#define UINT(id, bytes) { .kind = CJT188_K_UINT, .width = bytes, .field = CJT188_F_##id }
/* One of several. */
#define UINT_NAMED(id, bytes, text) { .kind = CJT188_K_UINT, .width = bytes, .field = CJT188_F_##id, .remark = text }
/* One that the sentence says. */
#define UINT_TOLD(id, bytes, text) { .kind = CJT188_K_UINT, .width = bytes, .field = CJT188_F_##id, .brief = text }
#define DIAMETER UINT_TOLD(DIAMETER, 2, "")
#define VALVE UINT_TOLD(VALVE, 1, "")
#define METER_NUMBER { .kind = CJT188_K_NUMBER, .width = 4, .field = CJT188_F_METER_NUMBER }
#define NEW_ADDRESS { .kind = CJT188_K_ADDRESS, .width = 7, .field = CJT188_F_NEW_ADDRESS, .brief = "" }
#define BINARY(q, bytes) { .kind = CJT188_K_UNSIGNED_LOW, .width = bytes, .quantity = &(q) }
#define U64(q, document) { .kind = CJT188_K_U64, .width = 8, .quantity = &(q), .places = 8, .source = document }
#define COEFFICIENT(id) { .kind = CJT188_K_COEFFICIENT, .width = 2, .field = CJT188_F_COEFFICIENT_##id }
#define BYTES(id, bytes) { .kind = CJT188_K_BYTES, .width = bytes, .field = CJT188_F_##id }
#define UNKNOWN(bytes, text) { .kind = CJT188_K_BYTES, .width = bytes, .field = CJT188_F_UNDOCUMENTED, .name = text }
#define END { .kind = CJT188_K_END }

static const struct cjt188_row rows_none[] = { END };
static const struct cjt188_row rows_status[] = { STATUS, END };
static const struct cjt188_row rows_status_code[] = { STATUS_CODE, END };
static const struct cjt188_row rows_clock[] = { MAIN_TIME(CLOCK), END };
static const struct cjt188_row rows_day[] = { DAY, END };

static const struct cjt188_row rows_901f_heat[] = {
    QUANTITY(q_first_energy), QUANTITY(q_heating), QUANTITY(q_power), QUANTITY(q_flow), QUANTITY(q_volume_quiet),
    NUMBER(q_supply, 3, 2, STANDARD), NUMBER(q_return, 3, 2, STANDARD), HOURS_ROW(q_hours, 3), CLOCK, STATUS, END,
};

static const struct cjt188_row rows_901f_heat_2018[] = {
    BY_DIALECT(q_settlement_energy, 5), BY_DIALECT(q_heating, 5), BY_DIALECT(q_power, 4), BY_DIALECT(q_flow, 4),
    BY_DIALECT(q_volume_quiet, 5), NUMBER(q_supply, 2, 2, ONE_SOURCE), NUMBER(q_return, 2, 2, ONE_SOURCE), HOURS_ROW(q_hours, 4),
    CLOCK, STATUS, END,
};

static const struct cjt188_row rows_901f_water[] = {
    QUANTITY(q_volume), QUANTITY(q_second_volume), CLOCK, STATUS, END,
};

static const struct cjt188_row rows_901f_water_reverse[] = {
    QUANTITY(q_volume), QUANTITY(q_reverse_volume), QUANTITY(q_flow), CLOCK, STATUS, END,
};

/* Control A1, units first; the last 4 bytes are not documented. */
static const struct cjt188_row rows_901f_water_a1[] = {
    QUANTITY(q_volume), QUANTITY(q_unknown_volume), QUANTITY(q_flow), CLOCK, UNKNOWN(4, NULL), END,
};

static const struct cjt188_row rows_901f_gas5[] = {
    IMPLIED(q_volume, 5, 1, 0x2C, "one gas maker"), IMPLIED(q_second_volume, 5, 1, 0x2C, "one gas maker"),
    CLOCK, STATUS, END,
};

/* The document tells neither the order of the bytes nor all decimal places: they are named, and no number is made of them. */
static const struct cjt188_row rows_901f_bare_water[] = {
    UNKNOWN(4, "Volume, its whole part, order of the bytes not documented (one water document)"),
    UNKNOWN(3, "Volume, its fraction, order of the bytes not documented (one water document)"),
    UNKNOWN(3, "Flow, order of the bytes and decimal places not documented (one water document)"),
    UNKNOWN(1, "Temperature, two digits (one water document)"),
    UNKNOWN(6, "Time, order of the bytes not documented (one water document)"), STATUS, END,
};

static const struct cjt188_row rows_901f_parameters[] = {
    UNKNOWN(69, "23 parameters of 3 bytes, low byte first, meaning not documented (Maituo)"), END,
};

static const struct cjt188_row rows_902f_yuanda[] = {
    FIXED(q_hires_cooling, 6, 4, "not documented, taken as in 903F"),
    FIXED(q_hires_energy, 6, 4, "not documented, taken as in 903F"),
    QUANTITY(q_power), QUANTITY(q_flow), FIXED(q_hires_volume, 7, 6, "not documented, taken as in 903F"), END,
};

static const struct cjt188_row rows_900e[] = {
    UINT(FLOOR, 1), IMPLIED(q_hires_energy, 4, 3, 0x05, "Hiwits"), IMPLIED(q_hires_volume, 4, 5, 0x2C, "Hiwits"),
    UINT(PULSES, 4), END,
};

static const struct cjt188_row rows_903f_ultrasonic[] = {
    NUMBER(q_supply, 2, 2, TIANGANG), UINT(PULSES, 4), FIXED(q_check_volume, 5, 6, TIANGANG),
    FIXED(q_check_energy, 5, 4, TIANGANG), NUMBER(q_alarm, 3, 0, ALARM), DIAMETER, UINT(ZERO_OFFSET, 4),
    UINT(PULSE_WIDTH, 3), METER_NUMBER, COEFFICIENT(Q2_5), COEFFICIENT(Q0_75),
    COEFFICIENT(Q0_25), COEFFICIENT(Q0_05), UINT_NAMED(TEMPERATURE_COEFFICIENT, 2, "first"),
    UINT_NAMED(TEMPERATURE_COEFFICIENT, 2, "second"), UINT(INSTRUMENT_PARAMETER, 2), NUMBER(q_return, 2, 2, TIANGANG),
    UNKNOWN(1, "Reserved"), DATE, STATUS, END,
};

static const struct cjt188_row rows_903f_mechanical[] = {
    FIXED(q_check_energy, 5, 4, TIANGANG), FIXED(q_check_volume, 5, 6, TIANGANG), NUMBER(q_supply, 3, 2, TIANGANG),
    NUMBER(q_return, 3, 2, TIANGANG), NUMBER(q_alarm, 3, 0, ALARM),
    UNKNOWN(3, "Internal, the maker's own"), UNKNOWN(3, "Nominal diameter and version, code not documented"),
    UNKNOWN(29, "Internal, the maker's own"), UINT(INSTRUMENT_PARAMETER, 2), NUMBER(q_battery, 2, 2, TIANGANG), END,
};

static const struct cjt188_row rows_power_2018[] = { BY_DIALECT(q_power, 5), END };
static const struct cjt188_row rows_return_2[] = { NUMBER(q_return, 2, 2, ONE_SOURCE), END };
static const struct cjt188_row rows_return_3[] = { NUMBER(q_return, 3, 2, ONE_SOURCE), END };
static const struct cjt188_row rows_supply_2[] = { NUMBER(q_supply, 2, 2, ONE_SOURCE), END };
static const struct cjt188_row rows_supply_3[] = { NUMBER(q_supply, 3, 2, ONE_SOURCE), END };
static const struct cjt188_row rows_hours_3[] = { HOURS_ROW(q_hours, 3), END };
static const struct cjt188_row rows_hours_4[] = { HOURS_ROW(q_hours, 4), END };

static const struct cjt188_row rows_d12x[] = { MONTH(0), QUANTITY(q_monthly), END };
static const struct cjt188_row rows_history_value[] = { QUANTITY(q_monthly), END };
static const struct cjt188_row rows_history_u64[] = { U64(q_history, "makers' documents"), END };
static const struct cjt188_row rows_history_month[] = {
    MONTH(2), QUANTITY(q_monthly_energy), QUANTITY(q_monthly), HOURS_ROW(q_past_hours, 3), END,
};
static const struct cjt188_row rows_freeze[] = {
    MAIN_TIME(FREEZE_TIME), BY_DIALECT(q_other_volume, 5), BY_DIALECT(q_frozen_flow, 5),
    NUMBER(q_frozen_temperature, 3, 2, ONE_SOURCE), NUMBER(q_pressure, 3, 2, "not documented"), END,
};

static const struct cjt188_row rows_prices[] = {
    NUMBER(q_price_1, 3, 2, STANDARD), NUMBER(q_amount_1, 3, 0, "not documented"), NUMBER(q_price_2, 3, 2, STANDARD),
    NUMBER(q_amount_2, 3, 0, "not documented"), NUMBER(q_price_3, 3, 2, STANDARD), END,
};
static const struct cjt188_row rows_purchase_read[] = {
    UINT(PURCHASE_COUNT, 1), NUMBER(q_purchase, 4, 2, STANDARD), NUMBER(q_purchased, 4, 2, STANDARD),
    NUMBER(q_remaining, 4, 2, STANDARD), STATUS, END,
};
static const struct cjt188_row rows_purchase[] = { UINT(PURCHASE_COUNT, 1), NUMBER(q_purchase, 4, 2, STANDARD), END };
static const struct cjt188_row rows_key_version[] = { UINT_TOLD(KEY_VERSION, 1, "version"), END };
static const struct cjt188_row rows_key[] = { UINT_TOLD(KEY_VERSION, 1, "version"), BYTES(KEY, 8), END };
static const struct cjt188_row rows_base[] = { BY_DIALECT(q_other_volume, 5), END };
static const struct cjt188_row rows_base_heat[] = { BY_DIALECT(q_base_heating, 5), END };
static const struct cjt188_row rows_base_lichuang[] = {
    U64(q_hires_energy, "Lichuang"), U64(q_hires_volume, "Lichuang"), UNKNOWN(12, "Three numbers of 4 bytes, meaning not documented (Lichuang)"),
    END,
};
static const struct cjt188_row rows_valve[] = { VALVE, END };
static const struct cjt188_row rows_valve_state[] = { { .kind = CJT188_K_UINT, .width = 1, .field = CJT188_F_VALVE, .remark = "the valve's state", .brief = "" }, END };
static const struct cjt188_row rows_address[] = {
    NEW_ADDRESS, END,
};
/* The thread's set-clock command: it writes the number too. */
static const struct cjt188_row rows_address_clock[] = {
    NEW_ADDRESS, MAIN_TIME(CLOCK), END,
};
/* A019 06 00 and four coefficients, largest flow first: the sequence number is 06. */
static const struct cjt188_row rows_flow_coefficients[] = {
    UNKNOWN(1, NULL), COEFFICIENT(Q2_5), COEFFICIENT(Q0_75), COEFFICIENT(Q0_25), COEFFICIENT(Q0_05), END,
};
static const struct cjt188_row rows_temperature_coefficients[] = {
    UNKNOWN(CJT188_WIDTH_REST, "Temperature coefficients, layout not documented"), END,
};
static const struct cjt188_row rows_gas_history[] = {
    UNKNOWN(CJT188_WIDTH_REST, "Values of the months 1 to 6, layout not documented"), END,
};
/* One source, whose lengths do not add up to the bytes that it shows: the clock alone is beyond doubt. */
static const struct cjt188_row rows_gas_report[] = {
    MAIN_TIME(CLOCK),
    UNKNOWN(CJT188_WIDTH_REST, "Gas, money, remaining, settlement, day and status, places not settled (one gas maker)"), END,
};
static const struct cjt188_row rows_base_water[] = {
    UNKNOWN(5, "Base reading, decimal places not documented (one water maker)"), END,
};
static const struct cjt188_row rows_lichuang[] = {
    U64(q_hires_energy, "Lichuang"), U64(q_hires_volume, "Lichuang"), BINARY(q_hours, 4), UINT(SECONDS, 2),
    UINT(STATE, 1), END,
};
static const struct cjt188_row rows_tunnel[] = {
    UINT(TUNNEL_TYPE, 1), UINT(TUNNEL_LENGTH, 2),
    { .kind = CJT188_K_TUNNEL, .width = CJT188_WIDTH_REST, .field = CJT188_F_MBUS_DATA, .name = "Frame in transit" }, END,
};

/* ---- layouts ---- */

#define ANY_DIALECT -1
#define ONE(di) di, di

/* name, direction, families, function, first and last identifier, L, dialect, rows */
static const struct cjt188_layout layouts[] = {
    { "metering data of a heat meter", CJT188_REPLY, CJT188_FAMILY_HEAT | CJT188_FAMILY_OTHER, 0, ONE(0x901F), 0x2E, ANY_DIALECT, rows_901f_heat },
    { "metering data of a heat meter (2018, one source)", CJT188_REPLY, CJT188_FAMILY_HEAT | CJT188_FAMILY_OTHER, 0, ONE(0x901F), 0x2B, ANY_DIALECT, rows_901f_heat_2018 },
    { "metering data of a gas meter without unit bytes", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x901F), 0x16, CJT188_GAS5, rows_901f_gas5 },
    { "metering data of a water meter without unit bytes (one document)", CJT188_REPLY, CJT188_FAMILY_WATER, 0, ONE(0x901F), 0x16, CJT188_BARE_WATER, rows_901f_bare_water },
    { "metering data", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x901F), 0x16, ANY_DIALECT, rows_901f_water },
    { "metering data with reverse volume (Maituo)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x901F), 0x1B, ANY_DIALECT, rows_901f_water_reverse },
    { "metering data (one water maker)", CJT188_REPLY, CJT188_FAMILY_ANY, 0x21, ONE(0x901F), 0x1D, ANY_DIALECT, rows_901f_water_a1 },
    { "parameters (Maituo)", CJT188_REPLY, CJT188_FAMILY_ANY, 0x11, ONE(0x901F), 0x48, ANY_DIALECT, rows_901f_parameters },
    { "metering data of a heat meter", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x901F), 0x2E, ANY_DIALECT, rows_901f_heat },
    { "metering data (Maituo)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x902F), 0x2E, ANY_DIALECT, rows_901f_heat },
    { "high-precision reading (Yuanda)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x902F), 0x20, ANY_DIALECT, rows_902f_yuanda },
    { "high-precision reading (Hiwits)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0x900D, 0x900E, 0x10, ANY_DIALECT, rows_900e },
    { "high-precision reading, ultrasonic meter", CJT188_REPLY, CJT188_FAMILY_ANY & ~CJT188_FAMILY_GAS, 0, ONE(0x903F), 0x3A, ANY_DIALECT, rows_903f_ultrasonic },
    { "high-precision reading, mechanical meter", CJT188_REPLY, CJT188_FAMILY_ANY & ~CJT188_FAMILY_GAS, 0, ONE(0x903F), 0x3D, ANY_DIALECT, rows_903f_mechanical },
    { "history of the months 1 to 6 (gas)", CJT188_REPLY, CJT188_FAMILY_GAS, 0, ONE(0x903F), 0, ANY_DIALECT, rows_gas_history },
    { "power (2018, one source)", CJT188_REPLY, CJT188_FAMILY_HEAT, 0, ONE(0x903F), 0x08, ANY_DIALECT, rows_power_2018 },
    { "return temperature (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x904F), 0x05, ANY_DIALECT, rows_return_2 },
    { "return temperature (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x904F), 0x06, ANY_DIALECT, rows_return_3 },
    { "supply temperature (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x905F), 0x05, ANY_DIALECT, rows_supply_2 },
    { "supply temperature (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x905F), 0x06, ANY_DIALECT, rows_supply_3 },
    { "operating hours (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x906F), 0x06, ANY_DIALECT, rows_hours_3 },
    { "operating hours (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x906F), 0x07, ANY_DIALECT, rows_hours_4 },
    { "clock (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x907F), 0x0A, ANY_DIALECT, rows_clock },
    { "concentrator clock (Maituo)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA117), 0x0A, ANY_DIALECT, rows_clock },

    { "settlement value of a past month", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0xD120, 0xD12B, 0x08, ANY_DIALECT, rows_d12x },
    { "history (maker's own)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xD131), 0x08, ANY_DIALECT, rows_history_value },
    { "history (maker's own)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0xD134, 0xD152, 0x08, ANY_DIALECT, rows_history_value },
    { "history (maker's own)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xD131), 0x0B, ANY_DIALECT, rows_history_u64 },
    { "history (maker's own)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0xD134, 0xD152, 0x0B, ANY_DIALECT, rows_history_u64 },
    { "history (maker's own)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xD131), 0x12, ANY_DIALECT, rows_history_month },
    { "history (maker's own)", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0xD134, 0xD152, 0x12, ANY_DIALECT, rows_history_month },
    { "history (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0x01, 0xD200, 0xD2FF, 0x08, ANY_DIALECT, rows_history_value },
    { "history (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0x01, 0xD200, 0xD2FF, 0x12, ANY_DIALECT, rows_history_month },
    { "freeze (2018, one source)", CJT188_REPLY, CJT188_FAMILY_ANY, 0x01, 0xD300, 0xD4FF, 0x1A, ANY_DIALECT, rows_freeze },

    { "prices", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x8102), 0x12, ANY_DIALECT, rows_prices },
    { "settlement day", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x8103), 0x04, ANY_DIALECT, rows_day },
    { "reading day", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x8104), 0x04, ANY_DIALECT, rows_day },
    { "purchase", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x8105), 0x12, ANY_DIALECT, rows_purchase_read },
    { "key version", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x8106), 0x04, ANY_DIALECT, rows_key_version },
    { "address", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0x810A), 0x03, ANY_DIALECT, rows_none },

    { "prices", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA010), 0x12, ANY_DIALECT, rows_prices },
    { "prices written", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA010), 0x05, ANY_DIALECT, rows_status },
    { "settlement day", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA011), 0x04, ANY_DIALECT, rows_day },
    { "settlement day written", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA011), 0x03, ANY_DIALECT, rows_none },
    { "reading day", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA012), 0x04, ANY_DIALECT, rows_day },
    { "reading day written", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA012), 0x03, ANY_DIALECT, rows_none },
    { "purchase", CJT188_BOTH, CJT188_FAMILY_ANY, 0, ONE(0xA013), 0x08, ANY_DIALECT, rows_purchase },
    { "key", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA014), 0x0C, ANY_DIALECT, rows_key },
    { "key written", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA014), 0x03, ANY_DIALECT, rows_none },
    { "clock", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA015), 0x0A, ANY_DIALECT, rows_clock },
    { "clock written", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA015), 0x03, ANY_DIALECT, rows_none },
    { "base value", CJT188_REQUEST, CJT188_FAMILY_HEAT, 0, ONE(0xA016), 0x08, ANY_DIALECT, rows_base_heat },
    { "base value", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA016), 0x08, ANY_DIALECT, rows_base },
    { "base values (Lichuang)", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA016), 0x1F, ANY_DIALECT, rows_base_lichuang },
    { "base value written", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA016), 0x05, ANY_DIALECT, rows_status },
    { "valve control", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA017), 0x04, ANY_DIALECT, rows_valve },
    { "valve state", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA017), 0x04, ANY_DIALECT, rows_valve_state },
    { "valve state", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA017), 0x05, ANY_DIALECT, rows_status },
    { "new address", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, ONE(0xA018), 0x0A, ANY_DIALECT, rows_address },
    { "new address and clock (the thread)", CJT188_REQUEST, CJT188_FAMILY_HEAT, 0x39, ONE(0xA018), 0x11, ANY_DIALECT, rows_address_clock },
    { "address written", CJT188_REPLY, CJT188_FAMILY_ANY, 0, ONE(0xA018), 0x03, ANY_DIALECT, rows_none },
    { "flow coefficients", CJT188_REQUEST, CJT188_FAMILY_HEAT, 0x36, ONE(0xA019), 0x0C, ANY_DIALECT, rows_flow_coefficients },
    { "temperature coefficients", CJT188_REQUEST, CJT188_FAMILY_HEAT, 0x37, 0x0000, 0xFFFF, 0x0E, ANY_DIALECT, rows_temperature_coefficients },
    { "temperature coefficients", CJT188_REQUEST, CJT188_FAMILY_HEAT, 0x38, 0x0000, 0xFFFF, 0x08, ANY_DIALECT, rows_temperature_coefficients },
    { "factory enable", CJT188_BOTH, CJT188_FAMILY_ANY, 0, ONE(0xA019), 0x03, ANY_DIALECT, rows_none },
    { "high-precision reading (Lichuang)", CJT188_REPLY, CJT188_FAMILY_ANY, 0x21, ONE(0x610A), 0x1A, ANY_DIALECT, rows_lichuang },
    { "report of the meter's own (one gas maker)", CJT188_REQUEST, CJT188_FAMILY_GAS, 0x21, ONE(0xC001), 0x1E, ANY_DIALECT, rows_gas_report },
    { "base reading (one water maker)", CJT188_REQUEST, CJT188_FAMILY_WATER, 0x24, ONE(0xA171), 0x08, ANY_DIALECT, rows_base_water },
    { "M-Bus frame in transit", CJT188_BOTH, CJT188_FAMILY_ANY, 0x04, ONE(0x19BB), 0, ANY_DIALECT, rows_tunnel },
};

/* Error replies have an identifier or none, and a status of one byte or two. */
static const struct cjt188_layout error_layouts[] = {
    { "error", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0, 0xFFFF, 0x01, ANY_DIALECT, rows_status_code },
    { "error", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0, 0xFFFF, 0x03, ANY_DIALECT, rows_status },
    { "error", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0, 0xFFFF, 0x04, ANY_DIALECT, rows_status_code },
    { "error", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0, 0xFFFF, 0x05, ANY_DIALECT, rows_status },
};

/* An error reply of an identifier and a sequence number alone. */
static const struct cjt188_layout bare_error_layout = {
    "error without a status", CJT188_REPLY, CJT188_FAMILY_ANY, 0, 0, 0xFFFF, 0x03, ANY_DIALECT, rows_none,
};

/* What a request without data of its own looks like, whatever it asks for. */
static const struct cjt188_layout request_layout = {
    "request", CJT188_REQUEST, CJT188_FAMILY_ANY, 0, 0, 0xFFFF, 0x03, ANY_DIALECT, rows_none,
};

static bool
layout_is_for(const struct cjt188_layout *layout, const struct cjt188_decoded *frame)
{
    const uint8_t direction = frame->is_reply ? CJT188_REPLY : CJT188_REQUEST;

    return (layout->direction & direction) != 0 && (layout->families & frame->family) != 0 &&
        (layout->function == 0 || layout->function == frame->function) && frame->di >= layout->first &&
        frame->di <= layout->last;
}

/* All that may be a frame's. */
static const struct cjt188_layout *
layouts_for(const struct cjt188_decoded *frame, size_t *count)
{
    *count = frame->is_error ? COUNT_OF(error_layouts) : COUNT_OF(layouts);
    return frame->is_error ? error_layouts : layouts;
}

static bool
speaks_dialect(const struct cjt188_layout *layout, const struct cjt188_decoded *frame)
{
    return layout->dialect == ANY_DIALECT || layout->dialect == (int)cjt188_dialect_id(frame->dialect);
}

const struct cjt188_layout *
cjt188_find_layout(const struct cjt188_decoded *frame)
{
    size_t count;
    const struct cjt188_layout *layout = layouts_for(frame, &count);

    if (frame->have <= CJT188_OFF_LENGTH || (!frame->is_error && !frame->has_di))
        return NULL;
    if (frame->is_error && frame->has_di && frame->data_length == bare_error_layout.length)
        return &bare_error_layout;
    for (; count > 0; count--, layout++) {
        if (frame->di >= layout->first && (layout->length == 0 || layout->length == frame->data_length) &&
            layout_is_for(layout, frame) && speaks_dialect(layout, frame))
            return layout;
    }
    return !frame->is_reply && frame->data_length == request_layout.length ? &request_layout : NULL;
}

uint8_t
cjt188_shorter_length(const struct cjt188_decoded *frame, uint8_t length)
{
    size_t count;
    const struct cjt188_layout *layout = layouts_for(frame, &count);
    uint8_t shorter = 0;

    for (; count > 0; count--, layout++) {
        if (layout->length < length && layout->length > shorter && layout_is_for(layout, frame))
            shorter = layout->length;
    }
    return shorter;
}

size_t
cjt188_known_lengths(const struct cjt188_decoded *frame, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);
    bool said[UINT8_MAX + 1] = { false };
    size_t count;
    const struct cjt188_layout *layout = layouts_for(frame, &count);

    for (; count > 0; count--, layout++) {
        if (layout->length == 0 || said[layout->length] || !layout_is_for(layout, frame) || !speaks_dialect(layout, frame))
            continue;
        said[layout->length] = true;
        cjt188_put_comma(&text);
        cjt188_put_number(&text, layout->length, 1);
    }
    return text.length;
}

/* ---- what an identifier can hold ---- */

struct field_list {
    enum cjt188_field *fields;
    unsigned count, max;
};

static void
list_field(struct field_list *list, enum cjt188_field field)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->fields[i] == field)
            return;
    if (list->count < list->max && cjt188_field_info(field)->type != CJT188_BYTES)
        list->fields[list->count++] = field;
}

static void
list_quantity(struct field_list *list, const struct cjt188_quantity *quantity)
{
    if (quantity->is_first_energy) {
        list_field(list, CJT188_F_ENERGY_COOLING);
        list_field(list, CJT188_F_ENERGY_SETTLEMENT);
        return;
    }
    list_field(list, quantity->field);
    for (unsigned i = 0; i < COUNT_OF(quantity->other); i++)
        if (quantity->other[i] != NULL)
            list_field(list, quantity->other[i]->field);
}

unsigned
cjt188_fields_of(uint16_t di, enum cjt188_field *fields, unsigned max)
{
    struct field_list list = { fields, 0, max };

    for (const struct cjt188_layout *layout = layouts; layout < layouts + COUNT_OF(layouts); layout++) {
        if ((layout->direction & CJT188_REPLY) == 0 || di < layout->first || di > layout->last)
            continue;
        for (const struct cjt188_row *row = layout->rows; row->kind != CJT188_K_END; row++) {
            if (row->quantity != NULL)
                list_quantity(&list, row->quantity);
            else
                list_field(&list, row->field);
        }
    }
    return list.count;
}
