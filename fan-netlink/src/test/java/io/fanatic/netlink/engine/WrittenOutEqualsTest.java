package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Prefix;
import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.GateProgramSpec;
import io.fanatic.netlink.bpf.Ipv6ProgramSpec;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Ipv6Switches;
import io.fanatic.netlink.kernel.ProgramState;
import io.fanatic.netlink.resource.AddressResource;
import io.fanatic.netlink.resource.BridgeResource;
import io.fanatic.netlink.resource.ForwardingResource;
import io.fanatic.netlink.resource.Ipv6OutsideResource;
import io.fanatic.netlink.resource.Ipv6Resource;
import io.fanatic.netlink.resource.NatResource;
import io.fanatic.netlink.resource.PortResource;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.RememberingResource;
import io.fanatic.netlink.resource.TunnelResource;
import io.fanatic.netlink.resource.TunnelTableResource;
import io.fanatic.netlink.resource.UpResource;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records whose equals and hashCode are written out, so as to start fast, leave none of their components out. */
class WrittenOutEqualsTest {
    private static final FanMapping MAPPING =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    /** Two values of each component's type, which differ. */
    private static final Map<Class<?>, List<Object>> VALUES = Map.ofEntries(
            Map.entry(boolean.class, List.of(true, false)),
            Map.entry(int.class, List.of(7, 8)),
            Map.entry(String.class, List.of("a", "b")),
            Map.entry(
                    List.class,
                    List.of(List.of(Ipv4Address.parse("10.0.0.1")), List.of(Ipv4Address.parse("10.0.0.2")))),
            Map.entry(Ipv4Prefix.class, List.of(Ipv4Prefix.parse("10.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/9"))),
            Map.entry(Prefix.class, List.of(Ipv4Prefix.parse("10.0.0.0/8"), Ipv6Prefix.parse("fd00::/16"))),
            Map.entry(Ipv6Outside.class, List.of(Ipv6Outside.NONE, outside())),
            Map.entry(Ipv4Address.class, List.of(Ipv4Address.parse("10.0.0.1"), Ipv4Address.parse("10.0.0.2"))),
            Map.entry(MacAddress.class, List.of(new MacAddress(0x020000000001L), new MacAddress(0x020000000002L))),
            Map.entry(
                    FanMapping.class,
                    List.of(MAPPING, FanMapping.of(Ipv4Prefix.parse("251.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16")))),
            Map.entry(OptionalInt.class, List.of(OptionalInt.of(7), OptionalInt.empty())),
            Map.entry(TunnelType.class, List.of(TunnelType.VXLAN, TunnelType.IPIP)),
            Map.entry(
                    AddressState.class,
                    List.of(
                            new AddressState("a", Ipv4Address.parse("10.0.0.1"), 8),
                            new AddressState("a", Ipv4Address.parse("10.0.0.1"), 9))),
            Map.entry(FanProgramSpec.class, List.of(spec(7), spec(8))),
            Map.entry(Optional.class, List.of(Optional.of(spec(7)), Optional.of(new GateProgramSpec(spec(7))))),
            Map.entry(Ipv6Prefix.class, List.of(Ipv6Prefix.parse("fd00::/16"), Ipv6Prefix.parse("fd00::/17"))),
            Map.entry(Ipv6Address.class, List.of(Ipv6Address.parse("fd00::1"), Ipv6Address.parse("fd00::2"))),
            Map.entry(Ipv6Mapping.class, List.of(ipv6("fd00:fa::/48"), ipv6("fd00:fb::/48"))),
            Map.entry(Ipv6State.Address.class, List.of(address(64), address(63))),
            Map.entry(Ipv6State.Neighbour.class, List.of(neighbour(1), neighbour(2))),
            Map.entry(Ipv6State.Entry.class, List.of(entry(1), entry(2))),
            Map.entry(Ipv6State.Route.class, List.of(route("fd00::/16"), route("fd00::/17"))),
            Map.entry(Ipv6Switches.class, List.of(Ipv6Switches.OFF, Ipv6Switches.ROUTER)),
            Map.entry(Ipv6State.Part.class, List.of(address(64), route("fd00::/16"))));

    private static Ipv6Outside outside() {
        return new Ipv6Outside(List.of(), List.of("a"), List.of(), List.of());
    }

    private static Ipv6Mapping ipv6(String overlay) {
        return new Ipv6Mapping(Ipv6Prefix.parse(overlay), Ipv4Prefix.parse("10.0.0.0/16"));
    }

    private static Ipv6State.Address address(int prefixLength) {
        return new Ipv6State.Address("a", Ipv6Address.parse("fd00::1"), prefixLength);
    }

    private static Ipv6State.Neighbour neighbour(int mac) {
        return new Ipv6State.Neighbour("a", Ipv6Address.parse("fd00::1"), new MacAddress(mac));
    }

    private static Ipv6State.Entry entry(int mac) {
        return new Ipv6State.Entry("a", new MacAddress(mac));
    }

    private static Ipv6State.Route route(String destination) {
        return new Ipv6State.Route(Ipv6Prefix.parse(destination), "a", Optional.empty(), Optional.empty());
    }

    private static FanProgramSpec spec(int vni) {
        return new FanProgramSpec(MAPPING, vni, List.of(Ipv4Address.parse("10.0.0.1")), true);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                AddressResource.class,
                AddressState.class,
                BridgeResource.class,
                FanProgramSpec.class,
                ForwardingResource.class,
                GateProgramSpec.class,
                Ipv6Outside.class,
                Ipv6OutsideResource.class,
                Ipv6ProgramSpec.class,
                Ipv6Resource.class,
                Ipv6State.class,
                Ipv6State.Address.class,
                Ipv6State.Entry.class,
                Ipv6State.Neighbour.class,
                Ipv6State.Route.class,
                Ipv6Switches.class,
                NatResource.class,
                NatTable.Entry.class,
                PortResource.class,
                ProgramState.class,
                ProgramsResource.class,
                RememberingResource.class,
                Transport.Ipip.class,
                Transport.Vxlan.class,
                TunnelResource.class,
                TunnelTable.Entry.Tunnel.class,
                TunnelTable.Entry.HalfSeen.class,
                TunnelTableResource.class,
                UpResource.class
            })
    void twoAreEqualExactlyWhenAllTheirComponentsAre(Class<? extends Record> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] = sample(components[i], 0);
        }
        Record one = make(type, values);
        assertThat(one).isEqualTo(make(type, values)).hasSameHashCodeAs(make(type, values));
        assertThat(one).isNotEqualTo("something else");
        for (int i = 0; i < components.length; i++) {
            Object[] others = Arrays.copyOf(values, values.length);
            others[i] = sample(components[i], 1);
            assertThat(one).as(components[i].getName()).isNotEqualTo(make(type, others));
        }
    }

    private static Object sample(RecordComponent component, int which) {
        return Objects.requireNonNull(VALUES.get(component.getType())).get(which);
    }

    private static Record make(Class<? extends Record> type, Object[] values) throws ReflectiveOperationException {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
    }
}
