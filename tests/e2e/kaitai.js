// Compiles a Kaitai Struct description, and prints what its parser makes of a frame, as JSON: node kaitai.js FOLDER FILE.ksy HEX
//
// Copyright 2026, the CJ/T 188 tools contributors
// SPDX-License-Identifier: GPL-2.0-or-later
//
// FOLDER has the node_modules kaitai-struct-compiler, kaitai-struct and js-yaml.
const fs = require("fs");
const { createRequire } = require("module");

const [folder, file, hex] = process.argv.slice(2);
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

compiler.compile("javascript", there("js-yaml").load(fs.readFileSync(file, "utf8")), null, false).then((files) => {
    const [source] = Object.values(files);
    const module = { exports: {} };
    new Function("module", "exports", "require", "define", source)(module, module.exports, () => there("kaitai-struct/KaitaiStream"));
    const [made] = Object.values(module.exports);
    const parser = typeof module.exports === "function" ? module.exports : made;
    const bytes = Buffer.from(hex, "hex");
    console.log(JSON.stringify(plain(new parser(new KaitaiStream(Uint8Array.from(bytes).buffer)))));
}).catch((error) => { console.error(String(error)); process.exit(1); });
