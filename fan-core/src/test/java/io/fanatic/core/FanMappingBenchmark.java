package io.fanatic.core;

import inet.ipaddr.IPAddressString;
import inet.ipaddr.ipv4.IPv4Address;
import java.util.concurrent.TimeUnit;
import org.apache.commons.net.util.SubnetUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one mapping costs, both ways: on bits (to reach: 5 ns and no allocation), on values, and from text to text beside
 * two address libraries. Those know nothing of fans, so with them the shift is done by hand between their reading and
 * their writing of addresses.
 *
 * <p>After {@code mvn -q test-compile -pl fan-core -am}, from the root:
 *
 * <pre>
 *   mvn -q dependency:build-classpath -pl fan-core -Dmdep.includeScope=test -Dmdep.outputFile=target/test.classpath
 *   java -cp fan-core/target/test-classes:fan-core/target/classes:$(cat fan-core/target/test.classpath) \
 *       org.openjdk.jmh.Main FanMapping -prof gc
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FanMappingBenchmark {

    private final FanMapping fan = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    // Not final, or the compiler would compute the answers once.
    private int underlayBits = 0x0a00002d;
    private int overlayBits = 0xfa002d07;
    private Ipv4Address underlayAddress = Ipv4Address.of(underlayBits);
    private Ipv4Address overlayAddress = Ipv4Address.of(overlayBits);
    private String underlayText = "10.0.0.45";
    private String overlayText = "250.0.45.7";

    /** JMH makes the instances. */
    public FanMappingBenchmark() {}

    @Benchmark
    public int sliceBits() {
        return fan.sliceBits(underlayBits);
    }

    @Benchmark
    public int ownerBits() {
        return fan.ownerBits(overlayBits);
    }

    @Benchmark
    public Ipv4Address sliceValue() {
        return fan.slice(underlayAddress).hostAddress();
    }

    @Benchmark
    public Ipv4Address ownerValue() {
        return fan.owner(overlayAddress);
    }

    @Benchmark
    public String sliceText() {
        return fan.slice(Ipv4Address.parse(underlayText)).cidr().toString();
    }

    @Benchmark
    public String sliceTextCommonsNet() {
        int host = new SubnetUtils(underlayText + "/16").getInfo().asInteger(underlayText);
        int slice = 0xfa000000 | (host & 0xffff) << 8;
        return new SubnetUtils(dotted(slice) + "/24").getInfo().getCidrSignature();
    }

    @Benchmark
    public String sliceTextIpaddress() {
        int host = new IPAddressString(underlayText).getAddress().toIPv4().intValue();
        return new IPv4Address(0xfa000000 | (host & 0xffff) << 8, 24).toString();
    }

    @Benchmark
    public String ownerText() {
        return fan.owner(Ipv4Address.parse(overlayText)).toString();
    }

    @Benchmark
    public String ownerTextCommonsNet() {
        int address = new SubnetUtils(overlayText + "/8").getInfo().asInteger(overlayText);
        int owner = 0x0a000000 | (address & 0xffffff) >>> 8;
        return new SubnetUtils(dotted(owner) + "/16").getInfo().getAddress();
    }

    @Benchmark
    public String ownerTextIpaddress() {
        int address = new IPAddressString(overlayText).getAddress().toIPv4().intValue();
        return new IPv4Address(0x0a000000 | (address & 0xffffff) >>> 8).toString();
    }

    /** Commons Net reads addresses as text only. */
    private static String dotted(int bits) {
        return (bits >>> 24) + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }
}
