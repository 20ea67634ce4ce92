# CJ/T 188 dictionary: what is known of one maker's meter, for the CJ/T 188 tools and others
# Maker: not known
# Model: ultrasonic heat meter DN25, manufacturer code 00 00
# Source: the forum thread "Connecting to an Ultrasonic Heat Meter", by the owner of one
# Licence: GPL-2.0-or-later
# Fill in these four: they stay when this file is written again.
#
# A Kaitai Struct description (https://kaitai.io), of frames from their start byte or the FE before it.
meta:
  id: cjt188_903f_81_58
  title: "CJ/T 188, reply 903F, control 81, L 58 (high-precision reading, ultrasonic meter), dialect OEM ultrasonic"
  license: GPL-2.0-or-later
  ks-version: "0.9"
  endian: le
doc: Offsets of data count from the first byte behind the sequence number. No byte tells decimal places; they are those of the meter that this was made from.
seq:
  - id: start
    type: u1
    repeat: until
    repeat-until: _ == 0x68
    doc: bytes FE that wake up the line, and the start byte
  - id: meter_type
    type: u1
  - id: number
    type: bcd5
    doc: of the meter, as on its display
  - id: manufacturer
    type: u2
  - id: control
    type: u1
    valid: 0x81
  - id: length
    type: u1
    valid: 58
  - id: identifier
    contents: [0x3f, 0x90]
  - id: sequence_number
    type: u1
  - id: data
    size: 55
    type: data_of_frame
  - id: checksum
    type: u1
    doc: of all bytes from 68 on, the sum modulo 256; it is not looked at
  - id: end
    contents: [0x16]
types:
  data_of_frame:
    seq:
      - id: supply_temperature_digits
        type: bcd2
      - id: pulse_count
        type: u4le
        doc: "Pulse count: Some documents: one internal byte and 3 bytes of pulses (Tiangang QB/T 010-2008, the thread)"
      - id: high_precision_volume_digits
        type: bcd4
      - id: high_precision_volume_unit
        type: unit_m3
      - id: high_precision_energy_digits
        type: bcd4
      - id: high_precision_energy_unit
        type: unit_kwh
      - id: alarm_time_digits
        type: bcd3
      - id: nominal_diameter
        type: u2le
        doc: "Nominal diameter: (Tiangang QB/T 010-2008, the thread; one maker puts a version here)"
      - id: zero_offset
        type: u4le
        doc: "Zero offset: Zero point of the flow measurement, binary, scale unknown (the thread)"
      - id: pulse_width_raw
        type: whole_low3
      - id: meter_number
        type: bcd4
        doc: "Meter number: 8 digits; 00000000 is not set, as on the thread's meter, whose owner calls it undefined (Tiangang QB/T 010-2008)"
      - id: flow_coefficient_at_2_5_m_h_raw
        type: u2le
      - id: flow_coefficient_at_0_75_m_h_raw
        type: u2le
      - id: flow_coefficient_at_0_25_m_h_raw
        type: u2le
      - id: flow_coefficient_at_0_05_m_h_raw
        type: u2le
      - id: temperature_coefficient_first
        type: u2le
        doc: "Temperature coefficient: Two of them, scale unknown (Tiangang QB/T 010-2008; the thread calls them undefined)"
      - id: temperature_coefficient_second
        type: u2le
        doc: "Temperature coefficient: Two of them, scale unknown (Tiangang QB/T 010-2008; the thread calls them undefined)"
      - id: instrument_parameter
        type: u2le
        doc: "Instrument parameter: Binary, meaning unknown; 00 04 in makers' examples (Tiangang QB/T 010-2008)"
      - id: return_temperature_digits
        type: bcd2
      - id: undocumented_48
        size: 1
        doc: "Reserved"
      - id: date
        type: date
        doc: "Date: The meter's date (Tiangang QB/T 010-2008, the thread)"
      - id: status
        type: u2
        doc: "Status: ST, two bytes as one word, low byte first, as the thread writes it: 00 08 is 0x0800 (CJ/T 188-2004)"
    instances:
      supply_temperature:
        value: "supply_temperature_digits.value / 100.0"
        doc: "Supply temperature: °C, water flowing in (CJ/T 188-2004, the thread); 2 decimal places"
        if: supply_temperature_digits.is_decimal
      high_precision_volume:
        value: "high_precision_volume_digits.value * high_precision_volume_unit.factor / 1000000.0"
        doc: "High-precision volume: m³; 903F: a verification counter that controls 33 and 24 clear, not the total of 901F (Tiangang QB/T 010-2008; Lichuang); 6 decimal places"
        if: high_precision_volume_digits.is_decimal
      high_precision_energy:
        value: "high_precision_energy_digits.value * high_precision_energy_unit.factor / 10000.0"
        doc: "High-precision energy: kWh; 903F: a verification counter that controls 33 and 24 clear, not the total of 901F (Tiangang QB/T 010-2008; Lichuang); 4 decimal places"
        if: high_precision_energy_digits.is_decimal
      alarm_time:
        value: "alarm_time_digits.value"
        doc: "Alarm time: h; 0 in all known frames, and makers' documents say seconds (the thread); 0 decimal places"
        if: alarm_time_digits.is_decimal
      pulse_width:
        value: "pulse_width_raw.value"
        doc: "Pulse width: Binary, scale unknown (the thread)"
      flow_coefficient_at_2_5_m_h:
        value: "flow_coefficient_at_2_5_m_h_raw / 4096.0"
        doc: "Flow coefficient at 2.5 m³/h: Value / 4096; 1 four times means that no correction is stored (the thread)"
      flow_coefficient_at_0_75_m_h:
        value: "flow_coefficient_at_0_75_m_h_raw / 4096.0"
        doc: "Flow coefficient at 0.75 m³/h: Value / 4096 (the thread)"
      flow_coefficient_at_0_25_m_h:
        value: "flow_coefficient_at_0_25_m_h_raw / 4096.0"
        doc: "Flow coefficient at 0.25 m³/h: Value / 4096 (the thread)"
      flow_coefficient_at_0_05_m_h:
        value: "flow_coefficient_at_0_05_m_h_raw / 4096.0"
        doc: "Flow coefficient at 0.05 m³/h: Value / 4096 (the thread)"
      return_temperature:
        value: "return_temperature_digits.value / 100.0"
        doc: "Return temperature: °C, water flowing out (CJ/T 188-2004, the thread); 2 decimal places"
        if: return_temperature_digits.is_decimal
      status_battery_low:
        value: "(status & 0x0004) != 0"
        doc: "battery low"
      status_integrator_fault:
        value: "(status & 0x0100) != 0"
        doc: "integrator fault"
      status_supply_temperature_sensor_fault:
        value: "(status & 0x0200) != 0"
        doc: "supply temperature sensor fault"
      status_return_temperature_sensor_fault:
        value: "(status & 0x0400) != 0"
        doc: "return temperature sensor fault"
      status_flow_sensor_fault:
        value: "(status & 0x0800) != 0"
        doc: "flow sensor fault"
      user_undefined_28_raw:
        pos: 28
        type: bcd4
        doc: "Undefined, 4 bytes: the thread; a maker says: the meter's number (BCD)"
      user_undefined_28:
        value: "user_undefined_28_raw.value"
        doc: "Undefined, 4 bytes: the thread; a maker says: the meter's number (BCD)"
        if: user_undefined_28_raw.is_decimal
      user_undefined_40:
        pos: 40
        size: 6
        doc: "Undefined, 6 bytes: the thread; a maker says: coefficients, parameter (bytes)"
      user_undefined_48_raw:
        pos: 48
        type: u1
        doc: "Undefined, 1 byte: the thread (unsigned, low byte first)"
      user_undefined_48:
        value: "user_undefined_48_raw"
        doc: "Undefined, 1 byte: the thread (unsigned, low byte first)"
  date:
    doc: a time, in decimal digits
    seq:
      - id: day_digits
        type: bcd1
      - id: month_digits
        type: bcd1
      - id: year_of_century_digits
        type: bcd1
      - id: century_digits
        type: bcd1
    instances:
      year:
        value: century_digits.value * 100 + year_of_century_digits.value
      day:
        value: day_digits.value
      month:
        value: month_digits.value
  unit_kwh:
    doc: the unit's code, and how many kWh one of it is; 0 for codes of other kinds
    seq:
      - id: code
        type: u1
    instances:
      factor:
        value: >-
          code == 0x01 ? 2.7777777777777776e-07 :
          code == 0x02 ? 0.001 :
          code == 0x03 ? 0.01 :
          code == 0x04 ? 0.1 :
          code == 0x05 ? 1.0 :
          code == 0x06 ? 10.0 :
          code == 0x07 ? 100.0 :
          code == 0x08 ? 1000.0 :
          code == 0x09 ? 10000.0 :
          code == 0x0a ? 100000.0 :
          code == 0x0b ? 0.0002777777777777778 :
          code == 0x0c ? 0.002777777777777778 :
          code == 0x0d ? 0.02777777777777778 :
          code == 0x0e ? 0.2777777777777778 :
          code == 0x0f ? 2.7777777777777777 :
          code == 0x10 ? 27.77777777777778 :
          code == 0x11 ? 277.77777777777777 :
          code == 0x12 ? 2777.777777777778 :
          code == 0x13 ? 27777.777777777777 :
          0.0
  unit_m3:
    doc: the unit's code, and how many m³ one of it is; 0 for codes of other kinds
    seq:
      - id: code
        type: u1
    instances:
      factor:
        value: >-
          code == 0x26 ? 1e-06 :
          code == 0x27 ? 1e-05 :
          code == 0x28 ? 0.0001 :
          code == 0x29 ? 0.001 :
          code == 0x2a ? 0.01 :
          code == 0x2b ? 0.1 :
          code == 0x2c ? 1.0 :
          code == 0x2d ? 10.0 :
          code == 0x2e ? 100.0 :
          0.0
  bcd1:
    doc: decimal digits, low byte first
    seq:
      - id: bytes
        type: u1
        repeat: expr
        repeat-expr: 1
    instances:
      is_decimal:
        value: "(bytes[0] & 15) < 10 and (bytes[0] >> 4) < 10"
      value:
        value: "((bytes[0] & 15) * 1 + (bytes[0] >> 4) * 10)"
  bcd2:
    doc: decimal digits, low byte first
    seq:
      - id: bytes
        type: u1
        repeat: expr
        repeat-expr: 2
    instances:
      is_decimal:
        value: "(bytes[0] & 15) < 10 and (bytes[0] >> 4) < 10 and (bytes[1] & 15) < 10 and (bytes[1] >> 4) < 10"
      value:
        value: "((bytes[0] & 15) * 1 + (bytes[0] >> 4) * 10 + (bytes[1] & 15) * 100 + (bytes[1] >> 4) * 1000)"
  bcd3:
    doc: decimal digits, low byte first
    seq:
      - id: bytes
        type: u1
        repeat: expr
        repeat-expr: 3
    instances:
      is_decimal:
        value: "(bytes[0] & 15) < 10 and (bytes[0] >> 4) < 10 and (bytes[1] & 15) < 10 and (bytes[1] >> 4) < 10 and (bytes[2] & 15) < 10 and (bytes[2] >> 4) < 10"
      value:
        value: "((bytes[0] & 15) * 1 + (bytes[0] >> 4) * 10 + (bytes[1] & 15) * 100 + (bytes[1] >> 4) * 1000 + (bytes[2] & 15) * 10000 + (bytes[2] >> 4) * 100000)"
  whole_low3:
    doc: a whole number, low byte first
    seq:
      - id: bytes
        type: u1
        repeat: expr
        repeat-expr: 3
    instances:
      value:
        value: bytes[0] * 1 + bytes[1] * 256 + bytes[2] * 65536
  bcd4:
    doc: decimal digits, low byte first
    seq:
      - id: bytes
        type: u1
        repeat: expr
        repeat-expr: 4
    instances:
      is_decimal:
        value: "(bytes[0] & 15) < 10 and (bytes[0] >> 4) < 10 and (bytes[1] & 15) < 10 and (bytes[1] >> 4) < 10 and (bytes[2] & 15) < 10 and (bytes[2] >> 4) < 10 and (bytes[3] & 15) < 10 and (bytes[3] >> 4) < 10"
      value:
        value: "((bytes[0] & 15) * 1 + (bytes[0] >> 4) * 10 + (bytes[1] & 15) * 100 + (bytes[1] >> 4) * 1000 + (bytes[2] & 15) * 10000 + (bytes[2] >> 4) * 100000 + (bytes[3] & 15) * 1000000 + (bytes[3] >> 4) * 10000000)"
  bcd5:
    doc: decimal digits, low byte first
    seq:
      - id: bytes
        type: u1
        repeat: expr
        repeat-expr: 5
    instances:
      is_decimal:
        value: "(bytes[0] & 15) < 10 and (bytes[0] >> 4) < 10 and (bytes[1] & 15) < 10 and (bytes[1] >> 4) < 10 and (bytes[2] & 15) < 10 and (bytes[2] >> 4) < 10 and (bytes[3] & 15) < 10 and (bytes[3] >> 4) < 10 and (bytes[4] & 15) < 10 and (bytes[4] >> 4) < 10"
      value:
        value: "((bytes[0] & 15) * 1 + (bytes[0] >> 4) * 10 + (bytes[1] & 15) * 100 + (bytes[1] >> 4) * 1000 + (bytes[2] & 15) * 10000 + (bytes[2] >> 4) * 100000 + (bytes[3] & 15) * 1000000 + (bytes[3] >> 4) * 10000000 + (bytes[4] & 15) * 100000000 + (bytes[4] >> 4) * 1000000000)"
