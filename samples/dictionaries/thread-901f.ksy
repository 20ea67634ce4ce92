# CJ/T 188 dictionary: what is known of one maker's meter, for the CJ/T 188 tools and others
# Maker: not known
# Model: ultrasonic heat meter DN25, manufacturer code 00 00
# Source: the forum thread "Connecting to an Ultrasonic Heat Meter", by the owner of one
# Licence: GPL-2.0-or-later
# Fill in these four: they stay when this file is written again.
#
# A Kaitai Struct description (https://kaitai.io), of frames from their start byte or the FE before it.
meta:
  id: cjt188_901f_81_46
  title: "CJ/T 188, reply 901F, control 81, L 46 (metering data of a heat meter), dialect OEM ultrasonic"
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
    valid: 46
  - id: identifier
    contents: [0x1f, 0x90]
  - id: sequence_number
    type: u1
  - id: data
    size: 43
    type: data_of_frame
  - id: checksum
    type: u1
    doc: of all bytes from 68 on, the sum modulo 256; it is not looked at
  - id: end
    contents: [0x16]
types:
  data_of_frame:
    seq:
      - id: cooling_energy_digits
        type: bcd4
      - id: cooling_energy_unit
        type: unit_kwh
      - id: heating_energy_digits
        type: bcd4
      - id: heating_energy_unit
        type: unit_kwh
      - id: power_digits
        type: bcd4
      - id: power_unit
        type: unit_kw
      - id: flow_digits
        type: bcd4
      - id: flow_unit
        type: unit_m3_h
      - id: volume_digits
        type: bcd4
      - id: volume_unit
        type: unit_m3
      - id: supply_temperature_digits
        type: bcd3
      - id: return_temperature_digits
        type: bcd3
      - id: operating_hours_digits
        type: bcd3
      - id: clock
        type: clock
        doc: "Clock: The meter's local time (CJ/T 188-2004, the thread)"
      - id: status
        type: u2
        doc: "Status: ST, two bytes as one word, low byte first, as the thread writes it: 00 08 is 0x0800 (CJ/T 188-2004)"
    instances:
      cooling_energy:
        value: "cooling_energy_digits.value * cooling_energy_unit.factor / 1000.0"
        doc: "Cooling energy: kWh (Tiangang, Delu ultrasonic, Yuanda, SANEXT, Maituo, the thread: first energy of 901F); 3 decimal places"
        if: cooling_energy_digits.is_decimal
      heating_energy:
        value: "heating_energy_digits.value * heating_energy_unit.factor / 1000.0"
        doc: "Heating energy: kWh, whatever unit the meter sent (CJ/T 188-2004, the thread, whose decimal places nobody has confirmed); 3 decimal places"
        if: heating_energy_digits.is_decimal
      power:
        value: "power_digits.value * power_unit.factor / 1000.0"
        doc: "Power: kW (CJ/T 188-2004, the thread, whose decimal places nobody has confirmed); 3 decimal places"
        if: power_digits.is_decimal
      flow:
        value: "flow_digits.value * flow_unit.factor / 1000.0"
        doc: "Flow: m³/h (CJ/T 188-2004, the thread, whose decimal places nobody has confirmed); 3 decimal places"
        if: flow_digits.is_decimal
      volume:
        value: "volume_digits.value * volume_unit.factor / 1000.0"
        doc: "Volume: m³ (CJ/T 188-2004, the thread, whose decimal places nobody has confirmed); 3 decimal places"
        if: volume_digits.is_decimal
      supply_temperature:
        value: "supply_temperature_digits.value / 100.0"
        doc: "Supply temperature: °C, water flowing in (CJ/T 188-2004, the thread); 2 decimal places"
        if: supply_temperature_digits.is_decimal
      return_temperature:
        value: "return_temperature_digits.value / 100.0"
        doc: "Return temperature: °C, water flowing out (CJ/T 188-2004, the thread); 2 decimal places"
        if: return_temperature_digits.is_decimal
      operating_hours:
        value: "operating_hours_digits.value"
        doc: "Operating hours: h (CJ/T 188-2004, the thread); 0 decimal places"
        if: operating_hours_digits.is_decimal
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
  clock:
    doc: a time, in decimal digits
    seq:
      - id: second_digits
        type: bcd1
      - id: minute_digits
        type: bcd1
      - id: hour_digits
        type: bcd1
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
      second:
        value: second_digits.value
      minute:
        value: minute_digits.value
      hour:
        value: hour_digits.value
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
  unit_kw:
    doc: the unit's code, and how many kW one of it is; 0 for codes of other kinds
    seq:
      - id: code
        type: u1
    instances:
      factor:
        value: >-
          code == 0x14 ? 0.001 :
          code == 0x15 ? 0.01 :
          code == 0x16 ? 0.1 :
          code == 0x17 ? 1.0 :
          code == 0x18 ? 10.0 :
          code == 0x19 ? 100.0 :
          code == 0x1a ? 1000.0 :
          code == 0x1b ? 10000.0 :
          code == 0x1c ? 100000.0 :
          code == 0x40 ? 2.7777777777777776e-07 :
          code == 0x43 ? 0.0002777777777777778 :
          code == 0x44 ? 0.002777777777777778 :
          code == 0x45 ? 0.02777777777777778 :
          code == 0x46 ? 0.2777777777777778 :
          code == 0x47 ? 2.7777777777777777 :
          code == 0x48 ? 27.77777777777778 :
          code == 0x49 ? 277.77777777777777 :
          code == 0x4a ? 2777.777777777778 :
          code == 0x4b ? 27777.777777777777 :
          0.0
  unit_m3_h:
    doc: the unit's code, and how many m³/h one of it is; 0 for codes of other kinds
    seq:
      - id: code
        type: u1
    instances:
      factor:
        value: >-
          code == 0x2f ? 1e-06 :
          code == 0x30 ? 1e-05 :
          code == 0x31 ? 0.0001 :
          code == 0x32 ? 0.001 :
          code == 0x33 ? 0.01 :
          code == 0x34 ? 0.1 :
          code == 0x35 ? 1.0 :
          code == 0x36 ? 10.0 :
          code == 0x37 ? 100.0 :
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
