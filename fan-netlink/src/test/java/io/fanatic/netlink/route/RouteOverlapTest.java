package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Cidr;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteOverlapTest {
    private static final Cidr OVERLAY = Cidr.parse("250.0.0.0/8");

    @Test
    void widerNarrowerAndEqualRoutesOfAnyTableOverlap() {
        Route wider = route("248.0.0.0/5");
        Route equal = route("250.0.0.0/8");
        Route host = route("250.1.2.3/32").withTable(1000);
        Route refusing = Route.refusing(Cidr.parse("250.9.0.0/16"), Route.TYPE_BLACKHOLE, 4);

        assertThat(RouteOverlap.find(List.of(wider, route("10.0.0.0/8"), equal, host, refusing), OVERLAY))
                .containsExactly(wider, equal, host, refusing);
    }

    @Test
    void aDefaultRouteDoesNotOverlap() {
        assertThat(RouteOverlap.find(List.of(route("0.0.0.0/0"), route("251.0.0.0/8")), OVERLAY))
                .isEmpty();
    }

    @Test
    void twoHalvesOfOneTableAreADefaultRoute() {
        Route lower = route("0.0.0.0/1");
        Route upper = route("128.0.0.0/1");

        assertThat(RouteOverlap.find(List.of(lower, upper), OVERLAY)).isEmpty();
        assertThat(RouteOverlap.find(List.of(upper), OVERLAY)).containsExactly(upper);
        assertThat(RouteOverlap.find(List.of(lower.withTable(1000), upper), OVERLAY))
                .containsExactly(upper);
    }

    private static Route route(String destination) {
        return Route.direct(Cidr.parse(destination), 1, 4);
    }
}
