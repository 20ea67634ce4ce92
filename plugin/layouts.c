/* layouts.c
 * The layouts: what stands where in the data of a frame, a row a field.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A layout is found by direction, meter type, function, identifier, length and dialect; the first that fits is taken. A
 * new maker's variant is a few rows here, not code.
 */
#include "cjt188.h"

#include "cjt188-codes.h"
#include "fields.h"

/* ---- quantities ---- */

static const struct quantity q_first_energy = { .name = "First energy", .field = &hf_cjt188_energy_first,
                                                .class = ENERGY, .is_first_energy = true };
static const struct quantity q_heating = { .name = "Heating energy", .field = &hf_cjt188_energy_heating,
                                           .class = ENERGY, .reading = READING_HEATING, .brief = "heating" };
static const struct quantity q_electric = { .name = "Electric energy", .field = &hf_cjt188_energy_electric,
                                            .class = ENERGY, .reading = READING_ELECTRIC, .brief = "energy" };
static const struct quantity q_settlement_energy = { .name = "Settlement-day energy",
                                                     .field = &hf_cjt188_energy_settlement, .class = ENERGY };
static const struct quantity q_power = { .name = "Power", .field = &hf_cjt188_power, .class = POWER, .reading = READING_POWER };
static const struct quantity q_flow = { .name = "Flow", .field = &hf_cjt188_flow, .class = FLOW, .reading = READING_FLOW };
static const struct quantity q_volume_quiet = { .name = "Volume", .field = &hf_cjt188_volume, .class = VOLUME, .reading = READING_VOLUME };
static const struct quantity q_volume = { .name = "Volume", .field = &hf_cjt188_volume, .class = VOLUME, .reading = READING_VOLUME,
                                          .brief = "volume", .other = { [ENERGY] = &q_electric } };
/* Maituo's water meters put the flow in the second place. */
static const struct quantity q_second_volume = { .name = "Settlement-day volume",
                                                 .field = &hf_cjt188_volume_settlement, .class = VOLUME,
                                                 .other = { [ENERGY] = &q_settlement_energy, [FLOW] = &q_flow } };
static const struct quantity q_reverse_volume = { .name = "Reverse volume", .field = &hf_cjt188_volume_reverse,
                                                  .class = VOLUME };
static const struct quantity q_monthly_energy = { .name = "Energy of a past month",
                                                  .field = &hf_cjt188_energy_monthly, .class = ENERGY,
                                                  .brief = "energy" };
static const struct quantity q_monthly = { .name = "Volume of a past month", .field = &hf_cjt188_volume_monthly,
                                           .class = VOLUME, .brief = "volume",
                                           .other = { [ENERGY] = &q_monthly_energy } };
static const struct quantity q_history = { .name = "History value, of which quantity is not documented",
                                           .field = &hf_cjt188_history_value, .class = PLAIN, .suffix = "" };
static const struct quantity q_supply = { .name = "Supply temperature", .field = &hf_cjt188_temperature_supply,
                                          .class = TEMPERATURE, .reading = READING_SUPPLY, .suffix = " °C" };
static const struct quantity q_return = { .name = "Return temperature", .field = &hf_cjt188_temperature_return,
                                          .class = TEMPERATURE, .reading = READING_RETURN, .suffix = " °C" };
/* Of a freeze; no reading of now. */
static const struct quantity q_frozen_temperature = { .name = "Temperature, which one is not documented",
                                                      .field = &hf_cjt188_temperature_supply, .class = TEMPERATURE,
                                                      .suffix = " °C" };
static const struct quantity q_unknown_volume = { .name = "Second volume, meaning not documented",
                                                  .field = &hf_cjt188_volume_second, .class = VOLUME };
static const struct quantity q_hours = { .name = "Operating hours", .field = &hf_cjt188_operating_hours,
                                         .class = HOURS, .reading = READING_HOURS, .suffix = " h" };
static const struct quantity q_alarm = { .name = "Alarm time", .field = &hf_cjt188_alarm_time, .class = PLAIN,
                                         .suffix = " h" };
static const struct quantity q_hires_energy = { .name = "High-precision energy", .field = &hf_cjt188_hires_energy,
                                                .class = ENERGY, .suffix = " kWh", .brief = "energy" };
static const struct quantity q_hires_cooling = { .name = "High-precision cooling energy",
                                                 .field = &hf_cjt188_hires_energy_cooling, .class = ENERGY };
static const struct quantity q_hires_volume = { .name = "High-precision volume", .field = &hf_cjt188_hires_volume,
                                                .class = VOLUME, .suffix = " m³", .brief = "volume" };
/* The verification counters of 903F are not the totals: not for the info column. */
static const struct quantity q_check_energy = { .name = "High-precision energy", .field = &hf_cjt188_hires_energy,
                                                .class = ENERGY };
static const struct quantity q_check_volume = { .name = "High-precision volume", .field = &hf_cjt188_hires_volume,
                                                .class = VOLUME };
static const struct quantity q_battery = { .name = "Battery voltage", .field = &hf_cjt188_battery_voltage,
                                           .class = PLAIN, .suffix = " V" };
static const struct quantity q_pressure = { .name = "Pressure", .field = &hf_cjt188_pressure, .class = PLAIN };
static const struct quantity q_price_1 = { .name = "Price 1", .field = &hf_cjt188_price_1, .class = PLAIN };
static const struct quantity q_price_2 = { .name = "Price 2", .field = &hf_cjt188_price_2, .class = PLAIN };
static const struct quantity q_price_3 = { .name = "Price 3", .field = &hf_cjt188_price_3, .class = PLAIN };
static const struct quantity q_amount_1 = { .name = "Amount up to which price 1 holds",
                                            .field = &hf_cjt188_price_volume_1, .class = PLAIN };
static const struct quantity q_amount_2 = { .name = "Amount up to which price 2 holds",
                                            .field = &hf_cjt188_price_volume_2, .class = PLAIN };
static const struct quantity q_purchase = { .name = "This purchase", .field = &hf_cjt188_purchase_amount,
                                            .class = PLAIN, .brief = "purchase" };
static const struct quantity q_purchased = { .name = "Total purchased", .field = &hf_cjt188_purchase_total,
                                             .class = PLAIN };
static const struct quantity q_remaining = { .name = "Remaining", .field = &hf_cjt188_purchase_remaining,
                                             .class = PLAIN, .brief = "remaining" };

/* ---- rows ---- */

#define STANDARD "CJ/T 188-2004"
#define TIANGANG "Tiangang QB/T 010-2008"
#define ALARM "hours in the thread, seconds in makers' documents"
#define ONE_SOURCE "CJ/T 188-2018, one source"

/* A quantity of 901F: digits and unit byte, decimal places as the dialect says. */
#define QUANTITY(q) { .kind = cjt188_kind_quantity, .width = 5, .quantity = &q, .places = PLACES_DIALECT, .unit = UNIT_AS_FRAME }
/* Digits and a unit byte behind them, decimal places fixed by the document named. */
#define FIXED(q, bytes, decimals, document) \
    { .kind = cjt188_kind_quantity, .width = bytes, .quantity = &q, .places = decimals, .unit = UNIT_BEHIND, .source = document }
/* The same, but decimal places as the dialect says. */
#define BY_DIALECT(q, bytes) \
    { .kind = cjt188_kind_quantity, .width = bytes, .quantity = &q, .places = PLACES_DIALECT, .unit = UNIT_BEHIND }
/* Digits without a unit byte; code is the unit meant. */
#define IMPLIED(q, bytes, decimals, code, document) \
    { .kind = cjt188_kind_quantity, .width = bytes, .quantity = &q, .places = decimals, .unit = code, .source = document }
/* Digits that no unit code fits: temperatures, money, hours. */
#define NUMBER(q, bytes, decimals, document) IMPLIED(q, bytes, decimals, UNIT_NONE, document)
#define HOURS_ROW(bytes) \
    { .kind = cjt188_kind_quantity, .width = bytes, .quantity = &q_hours, .places = PLACES_DIALECT, .unit = UNIT_NONE }
#define TIME(variable, bytes) { .kind = bytes == 7 ? cjt188_kind_clock : cjt188_kind_date, .width = bytes, .field = &hf_cjt188_##variable }
/* A time that is what the frame is about: the info column says it. */
#define MAIN_TIME(variable, bytes) \
    { .kind = cjt188_kind_clock, .width = bytes, .field = &hf_cjt188_##variable, .places = 1 }
#define STATUS { .kind = cjt188_kind_status, .width = 2 }
#define UINT(variable, bytes) { .kind = cjt188_kind_uint, .width = bytes, .field = &hf_cjt188_##variable }
#define UINT_NAMED(variable, bytes, text) \
    { .kind = cjt188_kind_uint, .width = bytes, .field = &hf_cjt188_##variable, .name = text }
#define BINARY(q, bytes) { .kind = cjt188_kind_binary, .width = bytes, .quantity = &q }
#define U64(q, document) { .kind = cjt188_kind_u64, .width = 8, .quantity = &q, .source = document }
#define COEFFICIENT(variable) { .kind = cjt188_kind_coefficient, .width = 2, .field = &hf_cjt188_coefficient_##variable }
#define BYTES(variable, bytes) { .kind = cjt188_kind_bytes, .width = bytes, .field = &hf_cjt188_##variable }
#define UNKNOWN(bytes, text) \
    { .kind = cjt188_kind_bytes, .width = bytes, .field = &hf_cjt188_undocumented, .name = text }
#define END { .kind = NULL }

static const struct layout_row rows_none[] = { END };
static const struct layout_row rows_status[] = { STATUS, END };
static const struct layout_row rows_status_code[] = { { .kind = cjt188_kind_status_code, .width = 1 }, END };
static const struct layout_row rows_clock[] = { MAIN_TIME(clock, 7), END };
static const struct layout_row rows_day[] = { { .kind = cjt188_kind_day, .width = 1 }, END };

static const struct layout_row rows_901f_heat[] = {
    QUANTITY(q_first_energy), QUANTITY(q_heating), QUANTITY(q_power), QUANTITY(q_flow), QUANTITY(q_volume_quiet),
    NUMBER(q_supply, 3, 2, STANDARD), NUMBER(q_return, 3, 2, STANDARD), HOURS_ROW(3), TIME(clock, 7), STATUS, END,
};

static const struct layout_row rows_901f_heat_2018[] = {
    BY_DIALECT(q_settlement_energy, 5), BY_DIALECT(q_heating, 5), BY_DIALECT(q_power, 4), BY_DIALECT(q_flow, 4),
    BY_DIALECT(q_volume_quiet, 5), NUMBER(q_supply, 2, 2, ONE_SOURCE), NUMBER(q_return, 2, 2, ONE_SOURCE), HOURS_ROW(4),
    TIME(clock, 7), STATUS, END,
};

static const struct layout_row rows_901f_water[] = {
    QUANTITY(q_volume), QUANTITY(q_second_volume), TIME(clock, 7), STATUS, END,
};

static const struct layout_row rows_901f_water_reverse[] = {
    QUANTITY(q_volume), QUANTITY(q_reverse_volume), QUANTITY(q_flow), TIME(clock, 7), STATUS, END,
};

/* Control A1, units first; the last 4 bytes are not documented. */
static const struct layout_row rows_901f_water_a1[] = {
    QUANTITY(q_volume), QUANTITY(q_unknown_volume), QUANTITY(q_flow), TIME(clock, 7), UNKNOWN(4, NULL), END,
};

static const struct layout_row rows_901f_gas5[] = {
    IMPLIED(q_volume, 5, 1, 0x2C, "one gas maker"), IMPLIED(q_second_volume, 5, 1, 0x2C, "one gas maker"),
    TIME(clock, 7), STATUS, END,
};

static const struct layout_row rows_901f_parameters[] = {
    UNKNOWN(69, "23 parameters of 3 bytes, low byte first, meaning not documented (Maituo)"), END,
};

static const struct layout_row rows_902f_yuanda[] = {
    FIXED(q_hires_cooling, 6, 4, "not documented, taken as in 903F"),
    FIXED(q_hires_energy, 6, 4, "not documented, taken as in 903F"),
    QUANTITY(q_power), QUANTITY(q_flow), FIXED(q_hires_volume, 7, 6, "not documented, taken as in 903F"), END,
};

static const struct layout_row rows_900e[] = {
    UINT(floor, 1), IMPLIED(q_hires_energy, 4, 3, 0x05, "Hiwits"), IMPLIED(q_hires_volume, 4, 5, 0x2C, "Hiwits"),
    UINT(pulses, 4), END,
};

static const struct layout_row rows_903f_ultrasonic[] = {
    NUMBER(q_supply, 2, 2, TIANGANG), UINT(pulses, 4), FIXED(q_check_volume, 5, 6, TIANGANG),
    FIXED(q_check_energy, 5, 4, TIANGANG), NUMBER(q_alarm, 3, 0, ALARM), UINT(diameter, 2), UINT(zero_offset, 4),
    UINT(pulse_width, 3), { .kind = cjt188_kind_meter_number, .width = 4 }, COEFFICIENT(q2_5), COEFFICIENT(q0_75),
    COEFFICIENT(q0_25), COEFFICIENT(q0_05), UINT_NAMED(temperature_coefficient, 2, "first"),
    UINT_NAMED(temperature_coefficient, 2, "second"), UINT(instrument_parameter, 2), NUMBER(q_return, 2, 2, TIANGANG),
    UNKNOWN(1, "Reserved"), TIME(date, 4), STATUS, END,
};

static const struct layout_row rows_903f_mechanical[] = {
    FIXED(q_check_energy, 5, 4, TIANGANG), FIXED(q_check_volume, 5, 6, TIANGANG), NUMBER(q_supply, 3, 2, TIANGANG),
    NUMBER(q_return, 3, 2, TIANGANG), NUMBER(q_alarm, 3, 0, ALARM),
    UNKNOWN(3, "Internal, the maker's own"), UNKNOWN(3, "Nominal diameter and version, code not documented"),
    UNKNOWN(29, "Internal, the maker's own"), UINT(instrument_parameter, 2), NUMBER(q_battery, 2, 2, TIANGANG), END,
};

static const struct layout_row rows_power_2018[] = { FIXED(q_power, 5, 2, ONE_SOURCE), END };
static const struct layout_row rows_return_2[] = { NUMBER(q_return, 2, 2, ONE_SOURCE), END };
static const struct layout_row rows_return_3[] = { NUMBER(q_return, 3, 2, ONE_SOURCE), END };
static const struct layout_row rows_supply_2[] = { NUMBER(q_supply, 2, 2, ONE_SOURCE), END };
static const struct layout_row rows_supply_3[] = { NUMBER(q_supply, 3, 2, ONE_SOURCE), END };
static const struct layout_row rows_hours_3[] = { NUMBER(q_hours, 3, 0, ONE_SOURCE), END };
static const struct layout_row rows_hours_4[] = { NUMBER(q_hours, 4, 0, ONE_SOURCE), END };

static const struct layout_row rows_d12x[] = { { .kind = cjt188_kind_month, .width = 0 }, QUANTITY(q_monthly), END };
static const struct layout_row rows_history_value[] = { QUANTITY(q_monthly), END };
static const struct layout_row rows_history_u64[] = { U64(q_history, "makers' documents"), END };
static const struct layout_row rows_history_month[] = {
    { .kind = cjt188_kind_month, .width = 2 }, QUANTITY(q_monthly_energy), QUANTITY(q_monthly), HOURS_ROW(3), END,
};
static const struct layout_row rows_freeze[] = {
    MAIN_TIME(freeze_time, 7), FIXED(q_volume, 5, 2, ONE_SOURCE), FIXED(q_flow, 5, 4, ONE_SOURCE),
    NUMBER(q_frozen_temperature, 3, 2, ONE_SOURCE), NUMBER(q_pressure, 3, 2, "not documented"), END,
};

static const struct layout_row rows_prices[] = {
    NUMBER(q_price_1, 3, 2, STANDARD), NUMBER(q_amount_1, 3, 0, "not documented"), NUMBER(q_price_2, 3, 2, STANDARD),
    NUMBER(q_amount_2, 3, 0, "not documented"), NUMBER(q_price_3, 3, 2, STANDARD), END,
};
static const struct layout_row rows_purchase_read[] = {
    UINT(purchase_count, 1), NUMBER(q_purchase, 4, 2, STANDARD), NUMBER(q_purchased, 4, 2, STANDARD),
    NUMBER(q_remaining, 4, 2, STANDARD), STATUS, END,
};
static const struct layout_row rows_purchase[] = { UINT(purchase_count, 1), NUMBER(q_purchase, 4, 2, STANDARD), END };
static const struct layout_row rows_key_version[] = { UINT(key_version, 1), END };
static const struct layout_row rows_key[] = { UINT(key_version, 1), BYTES(key, 8), END };
static const struct layout_row rows_base[] = { FIXED(q_volume, 5, 2, STANDARD), END };
static const struct layout_row rows_base_heat[] = { FIXED(q_heating, 5, 2, STANDARD), END };
static const struct layout_row rows_base_lichuang[] = {
    U64(q_hires_energy, "Lichuang"), U64(q_hires_volume, "Lichuang"), UNKNOWN(12, "Three numbers of 4 bytes, meaning not documented (Lichuang)"),
    END,
};
static const struct layout_row rows_valve[] = { UINT(valve, 1), END };
static const struct layout_row rows_valve_state[] = { UINT_NAMED(valve, 1, "the valve's state"), END };
static const struct layout_row rows_address[] = {
    { .kind = cjt188_kind_address, .width = 7, .field = &hf_cjt188_new_address }, END,
};
/* The thread's set-clock command: it writes the number too. */
static const struct layout_row rows_address_clock[] = {
    { .kind = cjt188_kind_address, .width = 7, .field = &hf_cjt188_new_address }, MAIN_TIME(clock, 7), END,
};
/* A019 06 00 and four coefficients, largest flow first: the sequence number is 06. */
static const struct layout_row rows_flow_coefficients[] = {
    UNKNOWN(1, NULL), COEFFICIENT(q2_5), COEFFICIENT(q0_75), COEFFICIENT(q0_25), COEFFICIENT(q0_05), END,
};
static const struct layout_row rows_temperature_coefficients[] = {
    UNKNOWN(WIDTH_REST, "Temperature coefficients, layout not documented"), END,
};
static const struct layout_row rows_gas_history[] = {
    UNKNOWN(WIDTH_REST, "Values of the months 1 to 6, layout not documented"), END,
};
static const struct layout_row rows_lichuang[] = {
    U64(q_hires_energy, "Lichuang"), U64(q_hires_volume, "Lichuang"), BINARY(q_hours, 4), UINT(seconds, 2),
    UINT(state, 1), END,
};
static const struct layout_row rows_tunnel[] = {
    UINT(tunnel_type, 1), UINT(tunnel_length, 2),
    { .kind = cjt188_kind_tunnel, .width = WIDTH_REST, .name = "Frame in transit" }, END,
};

/* ---- layouts ---- */

#define ANY_DIALECT -1
#define ONE(di) di, di

/* name, direction, families, function, first and last identifier, L, dialect, rows */
static const struct layout layouts[] = {
    { "metering data of a heat meter", DIRECTION_REPLY, FAMILY_HEAT | FAMILY_OTHER, 0, ONE(0x901F), 0x2E, ANY_DIALECT, rows_901f_heat },
    { "metering data of a heat meter (2018, one source)", DIRECTION_REPLY, FAMILY_HEAT | FAMILY_OTHER, 0, ONE(0x901F), 0x2B, ANY_DIALECT, rows_901f_heat_2018 },
    { "metering data of a gas meter without unit bytes", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x901F), 0x16, DIALECT_GAS5, rows_901f_gas5 },
    { "metering data", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x901F), 0x16, ANY_DIALECT, rows_901f_water },
    { "metering data with reverse volume (Maituo)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x901F), 0x1B, ANY_DIALECT, rows_901f_water_reverse },
    { "metering data (one water maker)", DIRECTION_REPLY, FAMILY_ANY, 0x21, ONE(0x901F), 0x1D, ANY_DIALECT, rows_901f_water_a1 },
    { "parameters (Maituo)", DIRECTION_REPLY, FAMILY_ANY, 0x11, ONE(0x901F), 0x48, ANY_DIALECT, rows_901f_parameters },
    { "metering data of a heat meter", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x901F), 0x2E, ANY_DIALECT, rows_901f_heat },
    { "metering data (Maituo)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x902F), 0x2E, ANY_DIALECT, rows_901f_heat },
    { "high-precision reading (Yuanda)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x902F), 0x20, ANY_DIALECT, rows_902f_yuanda },
    { "high-precision reading (Hiwits)", DIRECTION_REPLY, FAMILY_ANY, 0, 0x900D, 0x900E, 0x10, ANY_DIALECT, rows_900e },
    { "high-precision reading, ultrasonic meter", DIRECTION_REPLY, FAMILY_ANY & ~FAMILY_GAS, 0, ONE(0x903F), 0x3A, ANY_DIALECT, rows_903f_ultrasonic },
    { "high-precision reading, mechanical meter", DIRECTION_REPLY, FAMILY_ANY & ~FAMILY_GAS, 0, ONE(0x903F), 0x3D, ANY_DIALECT, rows_903f_mechanical },
    { "history of the months 1 to 6 (gas)", DIRECTION_REPLY, FAMILY_GAS, 0, ONE(0x903F), 0, ANY_DIALECT, rows_gas_history },
    { "power (2018, one source)", DIRECTION_REPLY, FAMILY_HEAT, 0, ONE(0x903F), 0x08, ANY_DIALECT, rows_power_2018 },
    { "return temperature (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x904F), 0x05, ANY_DIALECT, rows_return_2 },
    { "return temperature (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x904F), 0x06, ANY_DIALECT, rows_return_3 },
    { "supply temperature (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x905F), 0x05, ANY_DIALECT, rows_supply_2 },
    { "supply temperature (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x905F), 0x06, ANY_DIALECT, rows_supply_3 },
    { "operating hours (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x906F), 0x06, ANY_DIALECT, rows_hours_3 },
    { "operating hours (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x906F), 0x07, ANY_DIALECT, rows_hours_4 },
    { "clock (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x907F), 0x0A, ANY_DIALECT, rows_clock },
    { "concentrator clock (Maituo)", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA117), 0x0A, ANY_DIALECT, rows_clock },

    { "settlement value of a past month", DIRECTION_REPLY, FAMILY_ANY, 0, 0xD120, 0xD12B, 0x08, ANY_DIALECT, rows_d12x },
    { "history (maker's own)", DIRECTION_REPLY, FAMILY_ANY, 0, 0xD131, 0xD152, 0x08, ANY_DIALECT, rows_history_value },
    { "history (maker's own)", DIRECTION_REPLY, FAMILY_ANY, 0, 0xD131, 0xD152, 0x0B, ANY_DIALECT, rows_history_u64 },
    { "history (maker's own)", DIRECTION_REPLY, FAMILY_ANY, 0, 0xD131, 0xD152, 0x12, ANY_DIALECT, rows_history_month },
    { "history (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0x01, 0xD200, 0xD2FF, 0x08, ANY_DIALECT, rows_history_value },
    { "history (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0x01, 0xD200, 0xD2FF, 0x12, ANY_DIALECT, rows_history_month },
    { "freeze (2018, one source)", DIRECTION_REPLY, FAMILY_ANY, 0x01, 0xD300, 0xD4FF, 0x1A, ANY_DIALECT, rows_freeze },

    { "prices", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x8102), 0x12, ANY_DIALECT, rows_prices },
    { "settlement day", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x8103), 0x04, ANY_DIALECT, rows_day },
    { "reading day", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x8104), 0x04, ANY_DIALECT, rows_day },
    { "purchase", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x8105), 0x12, ANY_DIALECT, rows_purchase_read },
    { "key version", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x8106), 0x04, ANY_DIALECT, rows_key_version },
    { "address", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0x810A), 0x03, ANY_DIALECT, rows_none },

    { "prices", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA010), 0x12, ANY_DIALECT, rows_prices },
    { "prices written", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA010), 0x05, ANY_DIALECT, rows_status },
    { "settlement day", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA011), 0x04, ANY_DIALECT, rows_day },
    { "settlement day written", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA011), 0x03, ANY_DIALECT, rows_none },
    { "reading day", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA012), 0x04, ANY_DIALECT, rows_day },
    { "reading day written", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA012), 0x03, ANY_DIALECT, rows_none },
    { "purchase", DIRECTION_BOTH, FAMILY_ANY, 0, ONE(0xA013), 0x08, ANY_DIALECT, rows_purchase },
    { "key", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA014), 0x0C, ANY_DIALECT, rows_key },
    { "key written", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA014), 0x03, ANY_DIALECT, rows_none },
    { "clock", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA015), 0x0A, ANY_DIALECT, rows_clock },
    { "clock written", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA015), 0x03, ANY_DIALECT, rows_none },
    { "base value", DIRECTION_REQUEST, FAMILY_HEAT, 0, ONE(0xA016), 0x08, ANY_DIALECT, rows_base_heat },
    { "base value", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA016), 0x08, ANY_DIALECT, rows_base },
    { "base values (Lichuang)", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA016), 0x1F, ANY_DIALECT, rows_base_lichuang },
    { "base value written", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA016), 0x05, ANY_DIALECT, rows_status },
    { "valve control", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA017), 0x04, ANY_DIALECT, rows_valve },
    { "valve state", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA017), 0x04, ANY_DIALECT, rows_valve_state },
    { "valve state", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA017), 0x05, ANY_DIALECT, rows_status },
    { "new address", DIRECTION_REQUEST, FAMILY_ANY, 0, ONE(0xA018), 0x0A, ANY_DIALECT, rows_address },
    { "new address and clock (the thread)", DIRECTION_REQUEST, FAMILY_ANY, 0x39, ONE(0xA018), 0x11, ANY_DIALECT, rows_address_clock },
    { "address written", DIRECTION_REPLY, FAMILY_ANY, 0, ONE(0xA018), 0x03, ANY_DIALECT, rows_none },
    { "flow coefficients", DIRECTION_REQUEST, FAMILY_ANY, 0x36, ONE(0xA019), 0x0C, ANY_DIALECT, rows_flow_coefficients },
    { "temperature coefficients", DIRECTION_REQUEST, FAMILY_ANY, 0x37, 0x0000, 0xFFFF, 0x0E, ANY_DIALECT, rows_temperature_coefficients },
    { "temperature coefficients", DIRECTION_REQUEST, FAMILY_ANY, 0x38, 0x0000, 0xFFFF, 0x08, ANY_DIALECT, rows_temperature_coefficients },
    { "factory enable", DIRECTION_BOTH, FAMILY_ANY, 0, ONE(0xA019), 0x03, ANY_DIALECT, rows_none },
    { "high-precision reading (Lichuang)", DIRECTION_REPLY, FAMILY_ANY, 0x21, ONE(0x610A), 0x1A, ANY_DIALECT, rows_lichuang },
    { "M-Bus frame in transit", DIRECTION_BOTH, FAMILY_ANY, 0x04, ONE(0x19BB), 0, ANY_DIALECT, rows_tunnel },
};

/* Error replies have an identifier or none, and a status of one byte or two. */
static const struct layout error_layouts[] = {
    { "error", DIRECTION_REPLY, FAMILY_ANY, 0, 0, 0xFFFF, 0x01, ANY_DIALECT, rows_status_code },
    { "error", DIRECTION_REPLY, FAMILY_ANY, 0, 0, 0xFFFF, 0x03, ANY_DIALECT, rows_status },
    { "error", DIRECTION_REPLY, FAMILY_ANY, 0, 0, 0xFFFF, 0x04, ANY_DIALECT, rows_status_code },
    { "error", DIRECTION_REPLY, FAMILY_ANY, 0, 0, 0xFFFF, 0x05, ANY_DIALECT, rows_status },
};

/* An error reply of an identifier and a sequence number alone. */
static const struct layout bare_error_layout = {
    "error without a status", DIRECTION_REPLY, FAMILY_ANY, 0, 0, 0xFFFF, 0x03, ANY_DIALECT, rows_none,
};

/* What a request without data of its own looks like, whatever it asks for. */
static const struct layout request_layout = {
    "request", DIRECTION_REQUEST, FAMILY_ANY, 0, 0, 0xFFFF, 0x03, ANY_DIALECT, rows_none,
};

static bool
layout_is_for(const struct layout *layout, const struct cjt188_frame *frame)
{
    const uint8_t direction = frame->is_reply ? DIRECTION_REPLY : DIRECTION_REQUEST;

    return (layout->direction & direction) != 0 && (layout->families & cjt188_family(frame->type)) != 0 &&
        (layout->function == 0 || layout->function == frame->function) && frame->di >= layout->first &&
        frame->di <= layout->last;
}

const struct layout *
cjt188_layout(const struct cjt188_frame *frame)
{
    const struct layout *list = frame->is_error ? error_layouts : layouts;
    const size_t size = frame->is_error ? array_length(error_layouts) : array_length(layouts);

    if (!frame->is_error && !frame->has_di)
        return NULL;
    if (frame->is_error && frame->has_di && frame->data_length == bare_error_layout.length)
        return &bare_error_layout;
    for (size_t i = 0; i < size; i++) {
        if (layout_is_for(&list[i], frame) && (list[i].length == 0 || list[i].length == frame->data_length) &&
            (list[i].dialect == ANY_DIALECT || list[i].dialect == cjt188_dialect_id(frame->dialect)))
            return &list[i];
    }
    return !frame->is_reply && frame->data_length == request_layout.length ? &request_layout : NULL;
}

const char *
cjt188_expected_lengths(const struct cjt188_frame *frame)
{
    wmem_strbuf_t *text = wmem_strbuf_new(frame->pinfo->pool, NULL);
    const struct layout *list = frame->is_error ? error_layouts : layouts;
    const size_t size = frame->is_error ? array_length(error_layouts) : array_length(layouts);
    bool said[UINT8_MAX + 1] = { false };

    for (size_t i = 0; i < size; i++) {
        if (!layout_is_for(&list[i], frame) || said[list[i].length] ||
            (list[i].dialect != ANY_DIALECT && list[i].dialect != cjt188_dialect_id(frame->dialect)))
            continue;
        said[list[i].length] = true;
        wmem_strbuf_append_printf(text, "%s%u", wmem_strbuf_get_len(text) > 0 ? ", " : "", list[i].length);
    }
    return wmem_strbuf_get_len(text) > 0 ? wmem_strbuf_get_str(text) : NULL;
}
