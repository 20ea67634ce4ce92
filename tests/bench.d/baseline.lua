-- baseline.lua: what a dissector of about 20 fields in Lua would be. tests/bench measures the plugin beside it.
-- Copyright 2026, the CJ/T 188 tools contributors
-- SPDX-License-Identifier: GPL-2.0-or-later
local p = Proto("luacjt", "CJ/T 188 (Lua)")
local f = p.fields
local types = {[0x10]="Cold water meter",[0x11]="Hot water meter",[0x20]="Heat meter (heat)",[0x21]="Heat meter (cold)"}
local codes = {[0x01]="Read data",[0x81]="Read data response",[0xC1]="Read data error",[0x03]="Read address"}
local units = {[0x02]="Wh",[0x05]="kWh",[0x08]="MWh",[0x14]="W",[0x17]="kW",[0x29]="L",[0x2C]="m3",[0x32]="L/h",[0x35]="m3/h"}
f.pre=ProtoField.bytes("luacjt.preamble","Preamble")
f.start=ProtoField.uint8("luacjt.start","Start",base.HEX)
f.typ=ProtoField.uint8("luacjt.type","Meter type",base.HEX,types)
f.addr=ProtoField.string("luacjt.addr","Address")
f.ctrl=ProtoField.uint8("luacjt.ctrl","Control",base.HEX,codes)
f.len=ProtoField.uint8("luacjt.len","Length",base.DEC)
f.di=ProtoField.uint16("luacjt.di","Data identifier",base.HEX)
f.ser=ProtoField.uint8("luacjt.ser","Serial",base.DEC)
f.energy_sd=ProtoField.double("luacjt.energy_sd","Settlement-day energy")
f.energy=ProtoField.double("luacjt.energy","Energy")
f.power=ProtoField.double("luacjt.power","Power")
f.flow=ProtoField.double("luacjt.flow","Flow")
f.volume=ProtoField.double("luacjt.volume","Volume")
f.tsup=ProtoField.double("luacjt.t_supply","Supply temperature")
f.tret=ProtoField.double("luacjt.t_return","Return temperature")
f.hours=ProtoField.double("luacjt.hours","Work hours")
f.clock=ProtoField.absolute_time("luacjt.clock","Meter clock",base.UTC)
f.status=ProtoField.uint16("luacjt.status","Status",base.HEX)
f.unit=ProtoField.uint8("luacjt.unit","Unit",base.HEX,units)
f.cs=ProtoField.uint8("luacjt.cs","Checksum",base.HEX)
f.csok=ProtoField.bool("luacjt.cs.ok","Checksum good")
local ei_cs=ProtoExpert.new("luacjt.cs.bad","Bad checksum",expert.group.CHECKSUM,expert.severity.ERROR)
p.experts={ei_cs}
local function bcd(tvb,off,n,scale)
  local v=0
  for i=n-1,0,-1 do local b=tvb(off+i,1):uint(); v=v*100+math.floor(b/16)*10+b%16 end
  return v*scale
end
local layout={{f.energy_sd,4,0.01,true},{f.energy,4,0.01,true},{f.power,4,0.01,true},{f.flow,4,0.0001,true},{f.volume,4,0.01,true},{f.tsup,3,0.01},{f.tret,3,0.01},{f.hours,3,1}}
function p.dissector(tvb,pinfo,tree)
  local cap=tvb:len(); local off=0
  while off<cap and tvb(off,1):uint()==0xFE do off=off+1 end
  pinfo.cols.protocol="CJ/T 188"
  local t=tree:add(p,tvb())
  if off>=cap or tvb(off,1):uint()~=0x68 then return cap end
  if off>0 then t:add(f.pre,tvb(0,off)) end
  t:add(f.start,tvb(off,1)); t:add(f.typ,tvb(off+1,1))
  local a={}
  for i=8,2,-1 do a[#a+1]=string.format("%02x",tvb(off+i,1):uint()) end
  local addr=table.concat(a)
  t:add(f.addr,tvb(off+2,7),addr)
  local ctrl=tvb(off+9,1):uint(); t:add(f.ctrl,tvb(off+9,1))
  local len=tvb(off+10,1):uint(); t:add(f.len,tvb(off+10,1))
  local q=off+11; local fin=q+len
  t:add_le(f.di,tvb(q,2)); t:add(f.ser,tvb(q+2,1))
  if ctrl>=0x80 and len==0x2e then
    q=q+3
    for _,d in ipairs(layout) do
      local v=bcd(tvb,q,d[2],d[3])
      local it=t:add(d[1],tvb(q,d[2]+(d[4] and 1 or 0)),v)
      q=q+d[2]
      if d[4] then it:add(f.unit,tvb(q,1)); q=q+1 end
    end
    local tm=os.time{year=bcd(tvb,q+5,2,1),month=bcd(tvb,q+4,1,1),day=bcd(tvb,q+3,1,1),hour=bcd(tvb,q+2,1,1),min=bcd(tvb,q+1,1,1),sec=bcd(tvb,q,1,1)}
    t:add(f.clock,tvb(q,7),NSTime.new(tm,0)); q=q+7
    t:add_le(f.status,tvb(q,2))
  end
  local sum=0
  for i=off,fin-1 do sum=sum+tvb(i,1):uint() end
  local ci=t:add(f.cs,tvb(fin,1))
  local ok=(sum%256)==tvb(fin,1):uint()
  t:add(f.csok,tvb(fin,1),ok):set_generated()
  if not ok then ci:add_proto_expert_info(ei_cs) end
  pinfo.cols.info=(codes[ctrl] or string.format("Code 0x%02x",ctrl)).." "..addr
  return cap
end
DissectorTable.get("wtap_encap"):add(45,p)
