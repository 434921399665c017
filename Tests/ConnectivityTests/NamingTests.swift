import Connectivity
import Testing

struct NamingTests {
    @Test(arguments: ["a", "orders-api", "a1", "x-1-y", String(repeating: "a", count: 63)])
    func namesThatAre(raw: String) {
        #expect(ResourceName(raw)?.text == raw)
        #expect(Reference<Team>(raw) == ResourceName(raw).map(Reference.name))
    }

    @Test(arguments: [
        "", "-a", "a-", "1a", "A", "orders_api", "a b", "é", "a\u{0}", String(repeating: "a", count: 64),
    ])
    func namesThatAreNot(raw: String) {
        #expect(ResourceName(raw) == nil)
    }

    @Test func idsSortByBirth() {
        let earlier = ID<Team>(at: Timestamp(milliseconds: 1), entropy: .init(high: .max, low: .max))
        let later = ID<Team>(at: Timestamp(milliseconds: 2), entropy: .init(high: 0, low: 0))
        #expect(earlier < later && earlier.text < later.text)
        let entropy = ULID.Entropy(high: 0, low: .max)
        let first = ID<Team>(at: Timestamp(milliseconds: 1), entropy: entropy)
        let second = ID<Team>(at: Timestamp(milliseconds: 1), entropy: entropy.successor())
        #expect(first < second)
    }

    @Test func idsAreParsedStrictly() {
        let id = ID<Team>(at: Timestamp(milliseconds: 1_700_000_000_000), entropy: .init(high: 7, low: 9))
        #expect(ID<Team>(id.text) == id)
        #expect(ID<CloudAccount>(id.text) == nil)
        #expect(ID<Team>(id.text.uppercased()) == nil)
        #expect(ID<Team>(String(id.text.dropLast())) == nil)
        #expect(ID<Team>(id.text + "0") == nil)
        #expect(ID<Team>("team_8" + String(repeating: "0", count: 25)) == nil, "more than 128 bits")
        #expect(ID<Team>("team_" + String(repeating: "u", count: 26)) == nil, "not of the alphabet")
        #expect(ID<Team>("team") == nil)
    }
}

struct AddressTests {
    @Test(arguments: ["0.0.0.0", "10.0.1.5", "255.255.255.255"]) func addressesThatAre(raw: String) {
        #expect(IPv4Address(raw)?.description == raw)
    }

    @Test(arguments: [
        "", "10.0.1", "10.0.1.256", "10.0.1.05", "10.0.1.5.6", "10..1.5", "a.b.c.d", "10.0.1.-5", " 1.1.1.1",
    ])
    func addressesThatAreNot(raw: String) {
        #expect(IPv4Address(raw) == nil)
    }

    @Test(arguments: ["10.0.0.0/16", "0.0.0.0/0", "10.0.0.1/32"]) func rangesThatAre(raw: String) {
        #expect(CIDR(raw)?.description == raw)
    }

    @Test(arguments: ["10.0.0.1/16", "10.0.0.0/33", "10.0.0.0", "10.0.0.0/", "/16", "10.0.0.0/016"])
    func rangesThatAreNot(raw: String) {
        #expect(CIDR(raw) == nil)
    }

    @Test func rangesAreNestedOrApart() throws {
        let wide = try #require(CIDR("10.0.0.0/16"))
        let narrow = try #require(CIDR("10.0.4.0/24"))
        let other = try #require(CIDR("10.1.0.0/16"))
        #expect(wide.contains(narrow) && !narrow.contains(wide))
        #expect(wide.intersection(narrow) == narrow && narrow.intersection(wide) == narrow)
        #expect(wide.intersection(other) == nil)
        #expect(wide.highest.description == "10.0.255.255" && wide.lowest.description == "10.0.0.0")
        #expect(try #require(CIDR("0.0.0.0/0")).contains(other))
    }
}

struct AccountTests {
    @Test(arguments: [
        (CloudProvider.aws, "111122223333", true), (.aws, "11112222333", false), (.aws, "11112222333a", false),
        (.gcp, "acme-batch", true), (.gcp, "short", false), (.gcp, "Acme-batch", false),
        (.gcp, "a" + String(repeating: "b", count: 30), false),
    ])
    func nativeIDs(provider: CloudProvider, raw: String, isRight: Bool) {
        #expect((CloudAccount.objection(to: raw, of: provider) == nil) == isRight)
    }

    @Test(arguments: [
        (CloudProvider.aws, CloudAccess(), [String]()),
        (
            .aws,
            CloudAccess(identity: "arn:aws:iam::111122223333:role/postern", externalID: "x", regions: ["eu-west-1"]), []
        ),
        (.aws, CloudAccess(identity: "arn:aws:iam::999922223333:role/postern"), ["identity"]),
        (.aws, CloudAccess(identity: "arn:aws:iam::111122223333:user/postern"), ["identity"]),
        (.aws, CloudAccess(externalID: "x"), ["external_id"]),
        (.gcp, CloudAccess(identity: "postern@acme-batch.iam.gserviceaccount.com"), []),
        (.gcp, CloudAccess(identity: "someone@example.com"), ["identity"]),
        (.gcp, CloudAccess(externalID: "x", regions: ["r"]), ["external_id", "regions"]),
    ])
    func waysIn(provider: CloudProvider, access: CloudAccess, faults: [String]) {
        #expect(access.objections(for: "111122223333", of: provider).map(\.field) == faults)
    }

    @Test(arguments: [
        (
            CloudProvider.gcp, "https://www.googleapis.com/compute/v1/projects/p/regions/r/forwardingRules/f",
            "projects/p/regions/r/forwardingRules/f"
        ),
        (.gcp, "//compute.googleapis.com/projects/p/global/networks/n", "projects/p/global/networks/n"),
        (.gcp, "projects/p/global/networks/n", "projects/p/global/networks/n"), (.gcp, "https://x/y", "https://x/y"),
        (.aws, "vpc-0a", "vpc-0a"), (.aws, "https://x/projects/p", "https://x/projects/p"),
    ])
    func oneSpelling(provider: CloudProvider, raw: String, canonical: String) {
        #expect(provider.canonical(raw) == canonical)
        #expect(provider.canonical(canonical) == canonical)
    }

    @Test(arguments: [
        (CloudProvider.gcp, "projects/acme/regions/europe-west1/forwardingRules/orders", true),
        (.gcp, "projects/acme/regions/europe-west1/forwardingRules/123456", false), (.gcp, "orders", false),
        (.gcp, "projects/acme/global/networks/n", false), (.gcp, "vpce-0a", false),
        (.aws, "vpce-0123456789abcdef0", true), (.aws, "vpce-", false), (.aws, "vpc-0a", false),
    ])
    func endpointsOfTheConsumersOwn(provider: CloudProvider, raw: String, isOne: Bool) {
        #expect((provider.objection(toEndpoint: raw) == nil) == isOne)
    }

    @Test func optionsBelongToOneCloud() {
        let all = EndpointOptions(
            additionalSubnets: ["s"], securityGroups: ["g"], privateDNS: true, ipAddressType: .ipv4, globalAccess: true)
        #expect(all.strangers(to: .gcp) == ["additional_subnets", "security_groups", "private_dns", "ip_address_type"])
        #expect(all.strangers(to: .aws) == ["global_access"])
        #expect(EndpointOptions().set.isEmpty)
    }
}
