import ControlPlane

/// A region's name, fit to be part of a host's name.
struct Region: Hashable, Sendable {
    let name: String

    /// - Throws: `invalid` for what cannot be a region: the name becomes part of the host that is called.
    init(_ raw: String) throws(CloudError) {
        let isName =
            (1...40).contains(raw.utf8.count)
            && raw.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
        guard isName else {
            throw CloudError(kind: .invalid, message: "\(raw.prefix(40)) is not an AWS region, such as eu-central-1.")
        }
        name = raw
    }

    /// The first part of all its ARNs after `arn:`.
    var partition: String { Self.partitions.first { name.hasPrefix($0.prefix) }?.name ?? "aws" }

    var domain: String { Self.partitions.first { name.hasPrefix($0.prefix) }?.domain ?? "amazonaws.com" }

    /// Those that are not the public one.
    private static let partitions = [
        (prefix: "cn-", name: "aws-cn", domain: "amazonaws.com.cn"),
        (prefix: "us-gov-", name: "aws-us-gov", domain: "amazonaws.com"),
        (prefix: "eusc-", name: "aws-eusc", domain: "amazonaws.eu"),
        (prefix: "us-iso-", name: "aws-iso", domain: "c2s.ic.gov"),
        (prefix: "us-isob-", name: "aws-iso-b", domain: "sc2s.sgov.gov"),
        (prefix: "eu-isoe-", name: "aws-iso-e", domain: "cloud.adc-e.uk"),
        (prefix: "us-isof-", name: "aws-iso-f", domain: "csp.hci.ic.gov"),
    ]
}

/// Where the APIs are called: AWS's own hosts, unless the environment names others.
struct ServiceEndpoints: Hashable, Sendable {
    /// `AWS_ENDPOINT_URL`
    var all: String?
    /// `AWS_ENDPOINT_URL_EC2`
    var ec2: String?
    /// `AWS_ENDPOINT_URL_STS`
    var sts: String?

    func url(of product: QueryAPI.Product, in region: Region) -> String {
        let own =
            switch product {
            case .ec2: ec2
            case .sts: sts
            }
        guard let url = own ?? all else { return "https://\(product.rawValue).\(region.name).\(region.domain)/" }
        return url.hasSuffix("/") ? url : url + "/"
    }
}
