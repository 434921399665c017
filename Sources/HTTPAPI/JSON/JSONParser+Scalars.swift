extension JSONParser {
    mutating func number() throws(JSONFault) -> JSONNumber {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leading = position
        try digits()
        if bytes[leading] == UInt8(ascii: "0"), position > leading + 1 {
            throw JSONFault(at: leading, "A number must not begin with a zero.")
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        guard position - start <= limits.numberLength else {
            throw JSONFault(at: start, "The number has more than \(limits.numberLength) characters.")
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw JSONFault(at: start, "The number is out of range.")
        }
        return JSONNumber(grammatical: text)
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw JSONFault(at: position, "A digit must be here.") }
    }

    mutating func string() throws(JSONFault) -> String {
        let start = position
        position += 1
        // Most strings have no escapes: they are taken as they stand.
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        var content = bytes[(start + 1)..<position]
        while true {
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw JSONFault(at: start, "The string is not valid UTF-8.")
                }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &content)
            case let byte? where byte >= 0x20:
                content.append(byte)
                position += 1
            case nil:
                throw JSONFault(at: start, "The string does not end.")
            case .some:
                throw JSONFault(at: position, "A control character in a string must be escaped.")
            }
        }
    }

    private mutating func escape(into content: inout ArraySlice<UInt8>) throws(JSONFault) {
        let start = position - 1
        guard let byte = next else { throw JSONFault(at: start, "The string does not end.") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try escapedScalar(from: start)
            content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw JSONFault(at: start, "There is no such escape.")
        }
    }

    private mutating func escapedScalar(from start: Int) throws(JSONFault) -> Unicode.Scalar {
        let unit = try hexadecimal()
        guard unit != 0 else { throw JSONFault(at: start, "A string must not have a NUL.") }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), next == UInt8(ascii: "\\") else {
            throw JSONFault(at: start, "A surrogate must not stand alone.")
        }
        position += 1
        guard next == UInt8(ascii: "u") else { throw JSONFault(at: start, "A surrogate must not stand alone.") }
        position += 1
        let trail = try hexadecimal()
        guard UTF16.isTrailSurrogate(trail) else { throw JSONFault(at: start, "A surrogate must not stand alone.") }
        return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Hexadecimal.digit(byte) else {
                throw JSONFault(at: position, "Four hexadecimal digits must follow \\u.")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
