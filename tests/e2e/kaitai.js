// Compiles Kaitai Struct descriptions, and prints what their parsers make of a frame each, as a list in JSON:
// node kaitai.js FOLDER FILE.ksy HEX [FILE.ksy HEX …]
//
// Copyright 2026, the CJ/T 188 tools contributors
// SPDX-License-Identifier: GPL-2.0-or-later
//
// FOLDER has the node_modules kaitai-struct-compiler, kaitai-struct and js-yaml.
const fs = require("fs");
const { createRequire } = require("module");

const [folder, ...pairs] = process.argv.slice(2);
const there = createRequire(folder + "/");
const { KaitaiStream } = there("kaitai-struct");
const compiler = there("kaitai-struct-compiler");

// Instances are getters, which nothing lists; names with _ are the parser's own.
function plain(value) {
    if (value instanceof Uint8Array)
        return Buffer.from(value).toString("hex");
    if (Array.isArray(value))
        return value.map(plain);
    if (value === null || typeof value !== "object")
        return value;
    const names = [...Object.keys(value), ...Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value)))];
    return Object.fromEntries(names.filter((name) => !name.startsWith("_") && name !== "constructor")
                                   .map((name) => [name, plain(value[name])]));
}

async function parse(file, hex) {
    const files = await compiler.compile("javascript", there("js-yaml").load(fs.readFileSync(file, "utf8")), null, false);
    const module = { exports: {} };
    new Function("module", "exports", "require", "define", Object.values(files)[0])(
        module, module.exports, () => there("kaitai-struct/KaitaiStream"));
    const parser = typeof module.exports === "function" ? module.exports : Object.values(module.exports)[0];
    return plain(new parser(new KaitaiStream(Uint8Array.from(Buffer.from(hex, "hex")).buffer)));
}

async function main() {
    const parsed = [];
    for (let i = 0; i < pairs.length; i += 2)
        parsed.push(await parse(pairs[i], pairs[i + 1]).catch((error) => { throw new Error(`${pairs[i]}: ${error}`); }));
    console.log(JSON.stringify(parsed));
}

main().catch((error) => { console.error(String(error)); process.exit(1); });
