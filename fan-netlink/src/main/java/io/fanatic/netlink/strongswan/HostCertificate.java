package io.fanatic.netlink.strongswan;

import io.fanatic.core.Ipv4Address;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The certificate of a host for its underlay addresses, and the authorities that it believes; not the private key.
 *
 * @param file where they are, with the private key
 * @param keyId what strongSwan calls the private key: the SHA-1 hash of the public key (RFC 5280, section 4.2.1.2), in hexadecimal digits
 * @param certificate the host's, DER in base64
 * @param authorities those that issue certificates of hosts, each DER in base64
 * @param revocations lists of certificates that are believed no more, each by one of the authorities, DER in base64
 * @param until when the certificate expires, or an authority of its chain does, if that is sooner; always there
 */
public record HostCertificate(
        String file,
        String keyId,
        String certificate,
        List<String> authorities,
        List<String> revocations,
        Optional<Instant> until)
        implements Credentials {
    private static final int MAX_LENGTH = 1 << 16;
    private static final String WANTED =
            "; in it belong the host's certificate, its private key and the authority's certificate, in PEM, as fanatic key host makes it";

    /**
     * Reads and checks a file.
     *
     * @param file in PEM, in any order: the host's certificate, its private key (PKCS #8), one or more authorities, and lists of revoked
     *     certificates
     * @param own addresses that the certificate has to be for
     * @param now when it has to be valid
     * @throws IOException when something is missing or does not fit, or others than its owner may read it
     */
    static HostCertificate read(Path file, List<Ipv4Address> own, Instant now) throws IOException {
        return of(Credentials.secret(file, MAX_LENGTH), file, own, now);
    }

    /** @param text what the file has */
    static HostCertificate of(String text, Path file, List<Ipv4Address> own, Instant now) throws IOException {
        List<X509Certificate> hosts = new ArrayList<>();
        List<X509Certificate> authorities = new ArrayList<>();
        List<X509CRL> revocations = new ArrayList<>();
        Optional<byte[]> key = Optional.empty();
        for (Pem block : Pem.all(text)) {
            if (block.type().equals(Pem.CERTIFICATE)) {
                X509Certificate certificate = certificate(block.der());
                (certificate.getBasicConstraints() < 0 ? hosts : authorities).add(certificate);
            } else if (block.type().equals(Pem.REVOCATIONS)) {
                revocations.add(revocations(block.der()));
            } else if (block.type().equals(Pem.PRIVATE_KEY)) {
                key = Optional.of(block.der());
            } else if (block.type().endsWith(Pem.PRIVATE_KEY)) {
                throw new IOException("its private key is of the form \"" + block.type()
                        + "\"; make it one in PKCS #8 without a passphrase by openssl pkcs8 -topk8 -nodes");
            }
        }
        if (hosts.size() != 1 || key.isEmpty() || authorities.isEmpty()) {
            throw new IOException("it has "
                    + (hosts.isEmpty()
                            ? "no certificate of a host"
                            : hosts.size() > 1
                                    ? hosts.size() + " certificates of hosts"
                                    : key.isEmpty() ? "no private key" : "no certificate of an authority")
                    + WANTED);
        }
        X509Certificate host = hosts.get(0);
        if (!belongs(key.get(), host.getPublicKey())) {
            throw new IOException("its private key is not that of its certificate, " + subject(host) + WANTED);
        }
        AddressBlock block = AddressBlock.of(host);
        for (Ipv4Address address : own) {
            if (!block.contains(address)) {
                throw new IOException("its certificate is for "
                        + (block.isEmpty() ? "no address (RFC 3779)" : block) + ", and this host is " + address
                        + "; have one made by fanatic key host " + address);
            }
        }
        Instant until = chain(host, authorities, now);
        List<String> lists = new ArrayList<>();
        for (X509CRL list : revocations) {
            if (authorities.stream().noneMatch(authority -> isBy(list, authority))) {
                throw new IOException("a list of revoked certificates in it is by none of the authorities in it");
            }
            if (list.isRevoked(host)) {
                throw new IOException(
                        "its certificate, " + subject(host) + ", is revoked; have a new one made by fanatic key host");
            }
            lists.add(encoded(list));
        }
        List<String> issuers = new ArrayList<>();
        for (X509Certificate authority : authorities) {
            issuers.add(base64(authority));
        }
        return new HostCertificate(
                file.toString(), keyId(host.getPublicKey()), base64(host), issuers, lists, Optional.of(until));
    }

    /** {@return the private key in a file that {@link #read} has checked, in PEM} */
    static String privateKey(Path file) throws IOException {
        for (Pem block : Pem.all(Credentials.secret(file, MAX_LENGTH))) {
            if (block.type().equals(Pem.PRIVATE_KEY)) {
                return block.text();
            }
        }
        throw new IOException(file + " has no private key");
    }

    /** @param base64 as {@link #certificate} is */
    static X509Certificate decode(String base64) throws IOException {
        return certificate(Base64.getDecoder().decode(base64));
    }

    private static X509Certificate certificate(byte[] der) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IOException("a certificate in it cannot be read: " + e.getMessage(), e);
        }
    }

    private static X509CRL revocations(byte[] der) throws IOException {
        try {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
        } catch (CertificateException | CRLException e) {
            throw new IOException("a list of revoked certificates in it cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isBy(X509CRL list, X509Certificate authority) {
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException anotherOne) {
            return false;
        }
    }

    private static String encoded(X509CRL list) throws IOException {
        try {
            return Base64.getEncoder().encodeToString(list.getEncoded());
        } catch (CRLException e) {
            throw new IOException(e);
        }
    }

    private static String base64(X509Certificate certificate) throws IOException {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IOException(e);
        }
    }

    private static boolean belongs(byte[] privateKey, PublicKey publicKey) throws IOException {
        String algorithm = publicKey.getAlgorithm();
        try {
            PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(privateKey));
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case "EC" -> "SHA256withECDSA";
                        case "RSA" -> "SHA256withRSA";
                        default -> algorithm;
                    });
            byte[] message = "fanatic".getBytes(StandardCharsets.US_ASCII);
            signature.initSign(key);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException notOfThisKind) {
            return false;
        }
    }

    /** Up to an authority that signs itself; the rest, such as key usage, is strongSwan's. */
    private static Instant chain(X509Certificate host, List<X509Certificate> authorities, Instant now)
            throws IOException {
        X509Certificate subject = host;
        Instant until = valid(host, now);
        for (int i = 0; i <= authorities.size(); i++) {
            X509Certificate issuer = issuer(subject, authorities);
            if (issuer.equals(subject)) {
                return until;
            }
            AddressBlock block = AddressBlock.of(issuer);
            if (block.isEmpty() || !block.contains(AddressBlock.of(subject))) {
                throw new IOException("the authority " + subject(issuer) + " may issue certificates for "
                        + (block.isEmpty() ? "no address (RFC 3779)" : block) + ", and not for those of "
                        + subject(subject));
            }
            Instant end = valid(issuer, now);
            until = end.isBefore(until) ? end : until;
            subject = issuer;
        }
        throw new IOException("its authorities have issued each other's certificates in a circle");
    }

    private static X509Certificate issuer(X509Certificate subject, List<X509Certificate> authorities)
            throws IOException {
        for (X509Certificate authority : authorities) {
            if (authority.getSubjectX500Principal().equals(subject.getIssuerX500Principal())) {
                try {
                    subject.verify(authority.getPublicKey());
                    return authority;
                } catch (GeneralSecurityException anotherOfThatName) {
                    continue;
                }
            }
        }
        throw new IOException(
                "the certificate " + subject(subject) + " is issued by none of the authorities in it" + WANTED);
    }

    private static Instant valid(X509Certificate certificate, Instant now) throws IOException {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (now.isBefore(from)) {
            throw new IOException("the certificate " + subject(certificate) + " is valid from " + from
                    + " on, and it is " + now + " by this host's clock");
        }
        if (now.isAfter(until)) {
            throw new IOException("the certificate " + subject(certificate) + " has expired at " + until
                    + "; have a new one made by fanatic key");
        }
        return until;
    }

    private static String subject(X509Certificate certificate) {
        return '"' + certificate.getSubjectX500Principal().getName() + '"';
    }

    private static String keyId(PublicKey key) throws IOException {
        Der info = new Der(key.getEncoded()).in(Der.SEQUENCE);
        info.content(Der.SEQUENCE);
        byte[] bits = info.content(Der.BIT_STRING);
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            // Before the key stands the number of bits that its last byte leaves unused.
            sha1.update(bits, 1, bits.length - 1);
            return HexFormat.of().formatHex(sha1.digest());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
