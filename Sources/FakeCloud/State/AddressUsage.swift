import Connectivity

/// The addresses of each subnet that something uses. Ranges of two networks may overlap; subnets tell them apart.
struct AddressUsage: Sendable {
    /// Subnet, address, number of users (a reservation and the forwarding rule on it are two).
    private var users: [String: [UInt32: Int]] = [:]

    mutating func take(_ addresses: [String: String]) { change(addresses, by: 1) }

    mutating func release(_ addresses: [String: String]) { change(addresses, by: -1) }

    func isTaken(_ address: IPv4Address, in subnet: String) -> Bool { users[subnet]?[address.value] != nil }

    func users(of address: String, in subnet: String) -> Int {
        IPv4Address(address).flatMap { users[subnet]?[$0.value] } ?? 0
    }

    func addresses(in subnet: String) -> Set<String> {
        Set((users[subnet] ?? [:]).keys.map { IPv4Address(value: $0).description })
    }

    /// The lowest address that is free.
    func firstFree(in subnet: Subnet, of provider: CloudProvider) -> IPv4Address? {
        let taken = users[subnet.nativeID] ?? [:]
        return subnet.usable(by: provider).first { taken[$0] == nil }.map { IPv4Address(value: $0) }
    }

    private mutating func change(_ addresses: [String: String], by step: Int) {
        for (subnet, text) in addresses {
            guard let address = IPv4Address(text) else { continue }
            let count = (users[subnet]?[address.value] ?? 0) + step
            users[subnet, default: [:]][address.value] = count > 0 ? count : nil
        }
    }
}

extension Subnet {
    /// The addresses that the cloud leaves to its customer. AWS keeps the first four and the last; Google the first two
    /// and the last two.
    func usable(by provider: CloudProvider) -> Range<UInt32> {
        let (head, tail): (UInt32, UInt32) =
            switch provider {
            case .aws: (4, 1)
            case .gcp: (2, 2)
            }
        let size = UInt64(range.highest.value) - UInt64(range.lowest.value) + 1
        guard size > UInt64(head + tail) else { return range.lowest.value..<range.lowest.value }
        return (range.lowest.value + head)..<(range.highest.value - tail + 1)
    }
}
